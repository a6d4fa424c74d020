"""Faults planted in the widget: each is one that a person could make, and something must catch it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.connectiq import test_background as background
from tests.connectiq import test_faults as faults
from tests.connectiq import test_pairing as pairing
from tests.connectiq import test_sync as sync
from tests.connectiq import test_trouble as trouble
from tests.connectiq.home import SETTINGS, Home
from tests.connectiq.simulator import JUNGLE, NODE, WIDGETSIM, Simulator, WidgetCrash
from tests.local import Local

#: what a build needs of the widget's folder
PARTS = ("manifest.xml", "*.jungle", "source", "test", "resources*")
SECONDS = 60
Failed = pytest.fail.Exception


class Catcher(Protocol):
    """Fails on a mutant and passes on the widget."""

    #: the very class: what crashes where it should see something wrong has seen another fault
    failure: type[BaseException]
    #: part of the failure's message
    words: str | None

    def play(self, simulator: Simulator, folder: Path) -> None: ...


class Scene:
    """A scenario of the other modules."""

    words: str | None = None

    def __init__(self, scenario: Any, *arguments: Any, failure: type[BaseException] = AssertionError) -> None:
        self.scenario, self.arguments, self.failure = scenario, arguments, failure

    def __str__(self) -> str:
        return str(self.scenario.__name__)

    def play(self, simulator: Simulator, folder: Path) -> None:
        with Local(SETTINGS) as gateway:
            home = Home(gateway, simulator, folder)
            if self.scenario.__module__ == faults.__name__:
                faults.fill(home)
            self.scenario(home, *self.arguments)
        simulator.assert_sound()


class Command:
    """``widgetsim check`` or ``widgetsim test``, and what it prints of the fault."""

    failure: type[BaseException] = AssertionError

    def __init__(self, name: str, words: str | None) -> None:
        self.name, self.words = name, words

    def __str__(self) -> str:
        return self.name

    def play(self, simulator: Simulator, folder: Path) -> None:
        command: list[str | Path] = [NODE, WIDGETSIM, self.name, "--jungle", simulator.jungle]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stdout


def check(words: str) -> Command:
    """Give the static checks, for what only other processes or watches would notice."""
    return Command("check", words)


def function(name: str) -> Command:
    """Give the (:test) functions, of which the one of that name must fail."""
    return Command("test", rf"{name} +(FAIL|ERROR)\b")


@dataclass(frozen=True, slots=True)
class Mutant:
    """``old`` is in ``file`` exactly once."""

    ident: str
    file: str
    old: str
    new: str
    caught_by: Catcher


def drop(message: int, kind: str, *, kill: bool, failure: type[BaseException] = AssertionError) -> Scene:
    """Give the sync that drops at one message."""
    return Scene(faults.test_a_drop_at_any_message_changes_nothing_in_the_end, message, kind, kill, failure=failure)


MANY = Scene(faults.test_more_than_one_request_holds_arrives_once)
CANCELLED = Scene(sync.test_a_cancelled_sync_stays_cancelled)
AHEAD = Scene(trouble.test_a_clock_that_ran_ahead_hides_nothing_that_comes_after_it)
CALM = Scene(faults.test_a_sync_without_faults_has_as_many_messages_as_are_hit)
GLANCE = Scene(background.test_what_waits_shows_in_the_glance_without_a_request)
A_DAY = Scene(sync.test_a_day_goes_up_and_down)

MUTANTS = [
    # Forgotten: what other processes, watches and languages need
    Mutant(
        "module-without-background", "source/state/Lease.mc",
        "(:background)\nmodule Lease", "module Lease",
        check(r"Lease.take runs in the background but lacks \(:background\)"),
    ),
    Mutant(
        "module-without-glance", "source/screens/Ago.mc",
        "(:glance)\n", "",
        check(r"Ago.text runs in the glance but lacks \(:glance\)"),
    ),
    Mutant(
        "string-without-glance", "resources/strings/strings.xml",
        '"MinutesAgo" scope="glance"', '"MinutesAgo"',
        check('Rez.Strings.MinutesAgo is used in the glance but lacks scope="glance"'),
    ),
    Mutant(
        "permission-missing", "manifest.xml",
        '<iq:uses-permission id="SensorHistory"/>', "",
        check("needs the permission SensorHistory"),
    ),
    Mutant(
        "translation-missing", "resources-deu/strings/strings.xml",
        '<string id="NotKept">', '<string id="NotKeptYet">',
        check("NotKept"),
    ),
    Mutant(
        "placeholder-lost-in-translation", "resources-deu/strings/strings.xml",
        "$1$ gesendet", "gesendet",
        check("Sent"),
    ),
    Mutant(
        "misspelt-member", "source/sync/RecordsStep.mc",
        "outbox().acknowledge()",
        "outbox().acknowlege()",
        check("acknowlege"),
    ),
    Mutant(
        "null-not-asked-for", "source/platform/Content.mc",
        "return found != null ? found.getName() : null;", "return found.getName();",
        Scene(sync.test_a_file_that_did_not_arrive_goes_on_waiting, failure=WidgetCrash),
    ),
    Mutant(
        "answer-of-another-type", "source/sync/Service.mc",
        "data as Dictionary or String or PersistedContent.Iterator or Null",
        "data as Dictionary?",
        check("Argument 3 to .*Http.send expected to be Method"),
    ),
    # Records: nothing lost, nothing twice
    Mutant(
        "nonce-not-saved-before-sending", "source/sync/RecordsStep.mc",
        "outbox.batch(Limits.up());\n        return outbox.save();",
        "return true;",
        drop(2, "answer-lost", kill=True),
    ),
    Mutant(
        "failed-save-before-sending-ignored", "source/sync/RecordsStep.mc",
        "outbox.batch(Limits.up());\n        return outbox.save();",
        "outbox.batch(Limits.up());\n        outbox.save();\n        return true;",
        Scene(trouble.test_nothing_is_sent_that_could_not_be_noted),
    ),
    Mutant(
        "nonce-made-anew-at-a-retry", "source/state/Outbox.mc",
        'return { "n" => batch["n"],', 'return { "n" => Nonce.next(),',
        drop(2, "answer-lost", kill=False),
    ),
    Mutant(
        "nonce-twice", "source/state/Nonce.mc",
        'Store.put("serial", serial);', "",
        MANY,
    ),
    Mutant(
        "batch-not-frozen", "source/state/Outbox.mc",
        '_queue.slice(0, batch["k"] as Number)', "_queue.slice(0, fitting(bytes))",
        function("outboxAddsNothingToABatchThatIsOnItsWay"),
    ),
    Mutant(
        "more-acknowledged-than-sent", "source/state/Outbox.mc",
        "_queue = _queue.slice(count, null);", "_queue = [] as Array<Dictionary>;",
        MANY,
    ),
    Mutant(
        "outbox-without-bound", "source/state/Outbox.mc",
        "if (_bytes + bytes > MOST_BYTES) {", "if (bytes > MOST_BYTES) {",
        function("outboxIsBoundedInBytes"),
    ),
    Mutant(
        "upload-nonce-made-anew", "source/sync/UploadsStep.mc",
        '_sent = jobs[0]["u"] as String;',
        "_sent = Nonce.next();",
        function("uploadsGoOnWhereTheGatewayIs"),
    ),
    Mutant(
        "upload-place-not-saved", "source/sync/UploadsStep.mc",
        'return have != before && Store.put("jobs", jobs);',
        "return have != before;",
        function("uploadsGoOnWhereTheGatewayIs"),
    ),
    Mutant(
        "upload-place-of-the-gateway-ignored", "source/sync/UploadsStep.mc",
        "if (code == 409 && have instanceof Number) {",
        "if (code == 410 && have instanceof Number) {",
        Scene(sync.test_a_document_of_which_the_gateway_has_nothing_begins_anew),
    ),
    Mutant(
        "activity-epoch-not-corrected", "source/platform/Activities.mc",
        "start.value() < OLDEST ? start.value() + FIT_EPOCH : start.value()", "start.value()",
        Scene(sync.test_an_activity_history_that_counts_from_1989_is_understood),
    ),
    Mutant(
        "mark-of-a-clock-that-ran-ahead", "source/platform/Activities.mc",
        "return mark > now + AHEAD ? now - WEEK : mark;",
        "return mark;",
        AHEAD,
    ),
    Mutant(
        "mark-of-a-clock-that-ran-ahead-sensors", "source/platform/Sensors.mc",
        "mark > oldest && mark <= end ? mark : oldest", "mark > oldest ? mark : oldest",
        AHEAD,
    ),
    Mutant(
        "mark-of-a-clock-that-ran-ahead-days", "source/platform/Days.mc",
        'Activities.sane(outbox.mark("day"), now)',
        'outbox.mark("day")',
        AHEAD,
    ),
    # Files
    Mutant(
        "acks-cleared-before-the-answer", "source/sync/FilesStep.mc",
        "_asked = ACK;\n", '_asked = ACK;\n            Store.put("acks", []);\n',
        drop(11, "request-lost", kill=True),
    ),
    Mutant(
        "acks-not-noted", "source/sync/FilesStep.mc",
        "!Acks.add(_entries[0])",
        "false",
        A_DAY,
    ),
    Mutant(
        "file-that-landed-asked-for-again", "source/sync/FilesStep.mc",
        "return _asked == FILE && fetch != null && fetch.landed();", "return false;",
        Scene(trouble.test_firmware_that_keeps_a_file_and_never_tells_is_not_asked_again),
    ),
    Mutant(
        "file-not-kept-acknowledged", "source/sync/Fetch.mc",
        "_found = name != null;", "_found = true;",
        Scene(sync.test_a_file_that_did_not_arrive_goes_on_waiting),
    ),
    Mutant(
        "failed-file-stops-the-others", "source/sync/FilesStep.mc",
        "|| Answer.stopsAll(code)",
        "|| code >= 400",
        Scene(trouble.test_a_file_that_cannot_be_given_does_not_stop_the_others),
    ),
    Mutant(
        "config-kept-although-full", "source/sync/ConfigStep.mc",
        'miss("config", Communications.STORAGE_FULL);',
        "",
        Scene(trouble.test_storage_that_is_full_is_told_and_nothing_is_acknowledged),
    ),
    Mutant(
        "plan-acknowledged-although-full", "source/state/Plans.mc",
        '|| Store.put("plans", [plan]);',
        "|| true;",
        Scene(trouble.test_a_plan_for_which_there_is_no_room_goes_on_waiting),
    ),
    Mutant(
        "route-twice-in-the-list", "source/state/Routes.mc",
        'if (!name.equals(routes[i]["n"])) {', "{",
        Scene(sync.test_a_route_that_its_owner_replaced_is_listed_once),
    ),
    # Sizes
    Mutant(
        "page-not-halved", "source/sync/Step.mc",
        "return Limits.halveDown();", "return false;",
        Scene(trouble.test_a_config_that_is_too_large_does_not_stop_the_rest),
    ),
    Mutant(
        "page-halved-for-ever", "source/state/Limits.mc",
        "return limit > LEAST && Store.put",
        "return Store.put",
        function("limitsHalveDownToTheLeast"),
    ),
    Mutant(
        "points-halved-for-ever", "source/sync/Fetch.mc",
        "return _points >= LEAST_POINTS;", "return true;",
        function("fetchesAskForFewerPointsUntilItIsEnough"),
    ),
    Mutant(
        "out-of-memory-taken-for-final", "source/sync/Answer.mc",
        "            case Communications.NETWORK_RESPONSE_OUT_OF_MEMORY:\n", "",
        Scene(trouble.test_routes_that_are_too_large_come_with_fewer_points),
    ),
    Mutant(
        "request-not-made-smaller", "source/sync/RecordsStep.mc",
        "outbox().split();",
        "",
        MANY,
    ),
    Mutant(
        "background-asks-for-large-answers", "source/sync/Service.mc",
        "Limits.BACKGROUND", "Limits.down()",
        Scene(background.test_an_activity_goes_up_five_minutes_after_it),
    ),
    # Answers and patience
    Mutant(
        "error-inside-a-200-taken-for-success", "source/sync/Answer.mc",
        'if (data["ok"] == true) {', "if (status == 200) {",
        Scene(trouble.test_gateway_that_is_busy_for_long_is_told),
    ),
    Mutant(
        "json-of-another-taken-for-success", "source/sync/Answer.mc",
        "inside instanceof Number ? inside : Communications.INVALID_HTTP_BODY_IN_NETWORK_RESPONSE",
        "inside instanceof Number ? inside : 200",
        Scene(trouble.test_another_server_that_answers_in_json),
    ),
    Mutant(
        "html-taken-for-success", "source/sync/Answer.mc",
        "            case 200:\n",
        "            case 200:\n            case Communications.INVALID_HTTP_BODY_IN_NETWORK_RESPONSE:\n",
        Scene(trouble.test_proxy_that_answers_in_html, 200, "shown", failure=WidgetCrash),
    ),
    Mutant(
        "gateway-error-taken-for-final", "source/sync/Answer.mc",
        "code >= 500 || (code < 0", "code > 599 || (code < 0",
        Scene(trouble.test_gateway_that_comes_back_in_time_is_not_even_told),
    ),
    Mutant(
        "wait-of-the-gateway-ignored", "source/sync/Sync.mc",
        "var seconds = wait > backoff ? wait : backoff;", "var seconds = backoff;",
        Scene(trouble.test_gateway_that_is_busy_is_given_the_time_it_asks_for),
    ),
    Mutant(
        "wait-of-the-gateway-ignored-background", "source/sync/Schedule.mc",
        "return Status.wait() > SHORTEST ? Status.wait() : SHORTEST;",
        "return SHORTEST;",
        Scene(background.test_it_waits_as_long_as_the_gateway_says),
    ),
    Mutant(
        "back-off-without-growth", "source/sync/Backoff.mc",
        "wait *= 2;", "wait = first * 2;",
        Scene(background.test_without_a_phone_it_asks_ever_less_often_and_loses_nothing),
    ),
    Mutant(
        "back-off-without-limit", "source/sync/Backoff.mc",
        " && wait < most; i++) {\n            wait *= 2;\n        }\n        wait = wait > most ? most : wait;",
        "; i++) {\n            wait *= 2;\n        }",
        function("backoffDoublesUpToALimit"),
    ),
    Mutant(
        "attempts-never-counted-anew", "source/sync/Sync.mc",
        "progressed() as Void {\n        _failures = 0;", "progressed() as Void {",
        Scene(faults.test_attempts_are_counted_anew_after_each_answer),
    ),
    Mutant(
        "attempts-counted-anew-by-any-200", "source/sync/Sync.mc",
        "answered(code, data);\n", "_failures = code == 200 ? 0 : _failures;\n        answered(code, data);\n",
        Scene(trouble.test_another_server_that_answers_in_json),
    ),
    Mutant(
        "give-up-timer-missing", "source/sync/Call.mc",
        "_timer.start(method(:onPatienceEnd), request.seconds * 1000, false);", "",
        Scene(trouble.test_firmware_that_never_tells_is_given_up_on),
    ),
    Mutant(
        "timer-left-running", "source/sync/Call.mc",
        "            _done = true;\n            _timer.stop();", "            _done = true;",
        Scene(sync.test_a_day_goes_up_and_down, failure=WidgetCrash),
    ),
    Mutant(
        "timer-left-running-pairing-view", "source/screens/PairingView.mc",
        "_timer.stop();\n        _flow.stop();", "_flow.stop();",
        Scene(pairing.test_the_code_can_be_looked_at_any_number_of_times, failure=WidgetCrash),
    ),
    Mutant(
        "timer-left-running-pairing-flow", "source/sync/PairingFlow.mc",
        "function stop() as Void {\n        _timer.stop();", "function stop() as Void {",
        Scene(pairing.test_the_code_can_be_looked_at_any_number_of_times, failure=WidgetCrash),
    ),
    Mutant(
        "retry-after-cancel", "source/sync/Sync.mc",
        "private function end() as Void {\n        _timer.stop();", "private function end() as Void {",
        CANCELLED,
    ),
    Mutant(
        "cancel-does-not-cancel-the-call", "source/sync/Sync.mc",
        "                call.cancel();\n", "",
        Scene(sync.test_a_request_that_was_cancelled_is_given_up_by_nobody),
    ),
    Mutant(
        "listener-left", "source/screens/MainView.mc",
        "_sync.setListener(null);", "",
        Scene(sync.test_what_arrives_opens_no_menu_over_another_screen),
    ),
    Mutant(
        "error-not-cleared", "source/state/Status.mc",
        'status.remove("e");', "",
        Scene(trouble.test_no_phone),
    ),
    Mutant(
        "failures-not-cleared", "source/state/Status.mc",
        'Store.put("failures", 0);', "",
        Scene(background.test_after_failures_it_soon_runs_as_often_as_before),
    ),
    # Lease and schedule
    Mutant(
        "lease-not-given-back", "source/sync/Sync.mc",
        "Lease.give(Lease.APP);",
        "",
        drop(0, "request-lost", kill=False, failure=Failed),
    ),
    Mutant(
        "lease-not-given-back-service", "source/sync/Service.mc",
        "Lease.give(Lease.SERVICE);",
        "",
        Scene(background.test_the_widget_may_talk_as_soon_as_the_background_has_done),
    ),
    Mutant(
        "lease-not-taken-by-the-service", "source/sync/Service.mc",
        " || !Lease.take(Lease.SERVICE, LONGEST)",
        "",
        Scene(background.test_widget_and_background_never_talk_at_once),
    ),
    Mutant(
        "lease-not-taken-by-the-widget", "source/sync/Sync.mc",
        "if (Lease.take(Lease.APP, MARGIN)) {",
        "if (true) {",
        Scene(background.test_a_background_that_died_does_not_lock_the_widget_out),
    ),
    Mutant(
        "lease-of-a-clock-that-ran-ahead", "source/state/Lease.mc",
        "until > now && until <= now + LONGEST &&",
        "until > now &&",
        Scene(trouble.test_a_turn_taken_by_a_clock_that_ran_ahead_is_over),
    ),
    Mutant(
        "event-not-registered-anew", "source/sync/Service.mc",
        "        Schedule.apply();\n",
        "",
        Scene(background.test_a_lost_answer_is_asked_for_again_under_the_same_nonce),
    ),
    Mutant(
        "event-not-registered-anew-at-the-end", "source/sync/Service.mc",
        "Schedule.regular();", "",
        Scene(background.test_it_waits_as_long_as_the_gateway_says),
    ),
    Mutant(
        "events-not-deleted", "source/sync/Schedule.mc",
        "Background.deleteTemporalEvent();", "",
        Scene(background.test_switched_off_on_the_phone_it_stops_by_itself),
    ),
    # Token, address, what the wearer sees
    Mutant(
        "token-to-another-address", "source/state/Pairing.mc",
        'token instanceof String && Settings.gateway().equals(account["gateway"])', "token instanceof String",
        Scene(pairing.test_a_token_goes_to_no_other_address),
    ),
    Mutant(
        "token-kept-after-401", "source/sync/Chain.mc",
        "Pairing.forget();", "",
        Scene(trouble.test_token_revoked, "shown"),
    ),
    Mutant(
        "json-type-on-native-requests", "source/platform/Http.mc",
        "if (request.method == Communications.HTTP_REQUEST_METHOD_POST) {", "{",
        Scene(sync.test_a_route_is_offered_and_followed, failure=WidgetCrash),
    ),
    Mutant(
        "address-not-trimmed", "source/state/Settings.mc",
        "value instanceof String ? trimmed(value) :", "value instanceof String ? value :",
        Scene(pairing.test_an_address_is_needed_and_must_be_secure),
    ),
    Mutant(
        "http-accepted", "source/state/Settings.mc",
        "scheme.equals(SCHEME) ?",
        'scheme.find("http") == 0 ?',
        Scene(pairing.test_an_address_is_needed_and_must_be_secure),
    ),
    Mutant(
        "code-of-pairing-not-forgotten", "source/sync/PairingFlow.mc",
        'Store.remove("pairing");', "",
        Scene(pairing.test_a_code_that_the_gateway_does_not_know_gives_way_to_a_new_one),
    ),
    Mutant(
        "glance-reads-what-is-not-there", "source/screens/Glance.mc",
        "Pairing.token() == null",
        "Status.problem() != 0",
        Scene(background.test_the_glance_says_what_is_to_be_done_first, failure=WidgetCrash),
    ),
    Mutant(
        "glance-makes-a-request", "source/screens/Glance.mc",
        "GlanceView.initialize();\n    }",
        """GlanceView.initialize();
        Toybox.Communications.makeWebRequest(
            "https://gateway.test/api/v1/garmin/status",
            {},
            { :responseType => Toybox.Communications.HTTP_RESPONSE_CONTENT_TYPE_JSON },
            method(:onAnswer)
        );
    }
    function onAnswer(code as Number, data as Dictionary?) as Void {}""",
        GLANCE,
    ),
    Mutant(
        "late-answer-after-cancel", "source/sync/Call.mc",
        """    function cancel() as Void {
        _done = true;""",
        """    function cancel() as Void {""",
        function("callsThatWereCancelledAreNotAnswered"),
    ),
    Mutant(
        "mark-moved-although-full", "source/platform/Sensors.mc",
        """                    return;
""",
        "",
        function("marksStayWhereTheOutboxWasFull"),
    ),
    Mutant(
        "text-off-the-screen", "source/screens/Draw.mc",
        "* 1.8).toNumber()",
        "* 2.8).toNumber()",
        Scene(sync.test_a_file_that_did_not_arrive_goes_on_waiting),
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _sound() -> None:
    """Scenes look at their watches by themselves: here one may be dead."""


def copied(to: Path) -> Path:
    """Copy what a build needs; give the jungle."""
    for pattern in PARTS:
        for part in JUNGLE.parent.glob(pattern):
            (shutil.copytree if part.is_dir() else shutil.copy)(part, to / part.name)
    return to / JUNGLE.name


def plant(mutant: Mutant, folder: Path) -> None:
    file = folder / mutant.file
    source = file.read_text()
    assert source.count(mutant.old) == 1, f"{mutant.file} has it {source.count(mutant.old)} times:\n{mutant.old}"
    file.write_text(source.replace(mutant.old, mutant.new))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.ident)
def test_a_planted_fault_is_caught(mutant: Mutant, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    jungle = copied(tmp_path_factory.mktemp("connectiq"))
    plant(mutant, jungle.parent)
    catcher = mutant.caught_by
    with Simulator(jungle) as simulator, pytest.raises(catcher.failure, match=catcher.words) as caught:
        catcher.play(simulator, tmp_path)
    assert caught.type is catcher.failure, caught.value
