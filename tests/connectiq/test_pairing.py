"""From a new watch to its first sync."""

from tests.connectiq.home import ADDRESS, Home, a_route, code
from tests.connectiq.servers import stranger


def test_a_code_leads_to_the_first_sync(home: Home) -> None:
    watch = home.watch().launch()
    assert watch.texts == ["Wristgate", "Not paired", "START pairs"]
    watch.press("select")
    shown = code(watch)
    assert watch.texts[0] == "Pair"
    assert watch.texts[2].replace("\n", " ") == "Type it at gateway.test/pair"
    watch.advance(12)
    assert code(watch) == shown, "the same code for as long as it is good"
    home.confirm(watch)
    watch.advance(4)
    assert watch.texts == ["Paired"]
    watch.advance(3)
    assert watch.state["view"] == "MainView"
    assert watch.texts == ["Wristgate", "Up to date", "just now"]
    assert watch.storage["account"]["name"] == "Garmin watch 3906"


def test_an_address_is_needed_and_must_be_secure(home: Home) -> None:
    watch = home.watch(settings={"gateway": "  "}).launch()
    assert watch.texts[1].replace("\n", " ") == "Set the address in the phone app"
    watch.press("select")
    assert watch.requests == []
    watch.change_settings(gateway="http://gateway.test")
    assert watch.texts[1].replace("\n", " ") == "The address must begin with https://"
    watch.change_settings(gateway=" gateway.test/ ")
    assert watch.texts[1] == "Not paired"


def test_a_code_survives_leaving_the_widget(home: Home) -> None:
    watch = home.watch().launch().press("select")
    shown = code(watch)
    watch.leave()
    watch.launch().press("select")
    assert code(watch) == shown
    home.confirm(watch)
    watch.advance(10)
    assert watch.texts[1] == "Up to date"


def test_a_code_that_is_too_old_gives_way_to_a_new_one(home: Home) -> None:
    watch = home.watch().launch().press("select")
    shown = code(watch)
    watch.advance(901)
    assert code(watch) != shown


def test_an_answer_with_the_token_that_gets_lost_is_asked_for_again(home: Home) -> None:
    watch = home.watch().launch().press("select")
    home.confirm(watch)
    watch.policy(faults=[{"at": 1, "kind": "answer-lost"}]).advance(60)
    assert watch.texts[1] == "Up to date"


def test_pairing_again_replaces_the_token_and_keeps_what_waits(home: Home) -> None:
    watch = home.paired()
    before = watch.storage["account"]["token"]
    watch.press("menu").choose("Pair")
    home.confirm(watch)
    watch.advance(30)
    assert watch.texts[1] == "Up to date"
    assert watch.storage["account"]["token"] != before
    assert len(home.rows("select 1 from devices")) == 1


def test_a_token_goes_to_no_other_address(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired()
    watch.leave()
    watch.change_settings(gateway="https://other.test").policy(rewrite={"https://other.test": home.gateway.url})
    seen = len(watch.requests)
    watch.launch()
    assert watch.texts[1] == "Not paired"
    watch.press("select").advance(12)
    assert len(watch.requests) > seen
    assert not any("Authorization" in request["headers"] for request in watch.requests[seen:])


def test_an_address_without_a_gateway_is_told(home: Home) -> None:
    with stranger(404, "text/html") as server:
        watch = home.watch(policy={"rewrite": {ADDRESS: server.url}}).launch().press("select")
        assert watch.texts[1].replace("\n", " ") == "No Wristgate there: check the address"
        watch.policy(rewrite={ADDRESS: home.gateway.url}).advance(60)
    assert code(watch), "once the gateway is there the code comes by itself"


def test_pairing_ends_a_sync_that_runs(home: Home) -> None:
    watch = home.paired(settings={"background": "false"})
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    seen = len(watch.requests)
    watch.press("menu").choose("Pair").advance(30)
    assert all("/pair" in request["url"] for request in watch.requests[seen:])
    assert code(watch)


def test_a_code_that_the_gateway_does_not_know_gives_way_to_a_new_one(home: Home) -> None:
    watch = home.watch()
    gone = {"id": "gone", "code": "ABCD2345", "url": f"{ADDRESS}/pair", "until": 2**31 - 1, "poll": 5}
    watch.store("pairing", {**gone, "gateway": ADDRESS}).launch().press("select").advance(30)
    assert code(watch) != "ABCD 2345"


def test_the_code_can_be_looked_at_any_number_of_times(home: Home) -> None:
    watch = home.watch().launch()
    for _ in range(5):
        watch.press("select").press("back")
    seen = len(watch.requests)
    watch.advance(60)
    assert len(watch.requests) == seen, "who does not look does not ask"


def test_a_failure_that_the_phone_hides_is_told_while_pairing(home: Home) -> None:
    with stranger(502) as server:
        watch = home.watch(policy={"rewrite": {ADDRESS: server.url}, "errors": "hidden"}).launch().press("select")
        assert watch.texts[1].replace("\n", " ") == "No answer from the gateway"
