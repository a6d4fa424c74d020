"""A day's sync: up what the watch knows, down what its owner put there."""

import json
import time
from pathlib import Path

import pytest

from tests.connectiq.home import Home, a_day, a_route, expected_records, whole

CONFIG = {"hr": [120, 140, 160], "plan": {"Tue": "6 x 800 m", "Sat": "long"}}


def test_a_day_goes_up_and_down(home: Home) -> None:
    now = int(time.time()) // 300 * 300
    health = a_day(now)
    home.add("garmin.json", json.dumps(CONFIG).encode(), "/config")
    home.add("week.json", b'{"Mon":"rest"}', "/workouts")
    home.add("loop.gpx", a_route("Around the lake"), "/routes")
    watch = home.paired(health=health, now=now, uniqueIdentifier="day")
    assert home.records("day") == expected_records(health, now)
    assert watch.storage["config"]["c"] == CONFIG
    assert [plan["n"] for plan in watch.storage["plans"]] == ["week.json"]
    assert [item["name"] for item in watch.content] == ["Around the lake"]
    assert home.acknowledged("day") == ["/routes/loop.gpx", "/workouts/week.json"]
    assert watch.menu == ["Around the lake"]
    watch.press("back")
    assert watch.texts[1:] == ["Up to date", "just now"]


def test_nothing_is_asked_or_sent_that_the_other_side_has(home: Home) -> None:
    now = whole()
    home.add("garmin.json", json.dumps(CONFIG).encode(), "/config")
    watch = home.paired(health=a_day(now), now=now, uniqueIdentifier="calm")
    before = home.records("calm")
    seen = len(watch.requests)
    watch.press("select")
    again = [(request["method"], request["url"].split("/")[-1].split("?")[0]) for request in watch.requests[seen:]]
    assert again == [("GET", "status"), ("GET", "config"), ("GET", "files")]
    assert home.records("calm") == before


def test_the_next_day_only_what_is_new_goes_up(home: Home) -> None:
    now = int(time.time())
    health = a_day(now)
    watch = home.paired(health=health, now=now, uniqueIdentifier="next", settings={"background": "false"})
    later = {"start": now + 600, "duration": 900, "distance": 3000, "type": 1}
    watch.health(activities=[later, *health["activities"]]).advance(3600)
    seen = len(watch.requests)
    watch.press("select")
    batches = [json.loads(r["body"])["r"] for r in watch.requests[seen:] if "/records" in r["url"]]
    assert [record["t"] for batch in batches for record in batch if record["y"] == "act"] == [now + 600]
    assert ("act", now + 600) in home.records("next")


def test_an_activity_history_that_counts_from_1989_is_understood(home: Home) -> None:
    now = int(time.time()) // 300 * 300
    health = a_day(now)
    home.paired(health={**health, "activityEpoch": "garmin"}, now=now, uniqueIdentifier="epoch")
    assert home.records("epoch") == expected_records(health, now)


def test_without_health_data_activities_alone_go_up(home: Home) -> None:
    now = int(time.time())
    home.paired(health=a_day(now), now=now, uniqueIdentifier="shy", settings={"health": "false"})
    assert {kind for kind, _ in home.records("shy")} == {"act"}


def test_a_route_is_offered_and_followed(home: Home) -> None:
    home.add("loop.gpx", a_route("Around the lake"), "/routes")
    watch = home.paired()
    watch.choose("Around the lake")
    assert watch.state["ended"]
    assert [effect for effect in watch.effects if "vibrat" not in str(effect)] != []
    assert "Around the lake" in str(watch.effects[-1])


def test_a_route_that_its_owner_deleted_on_the_watch_is_told(home: Home) -> None:
    watch = home.paired()
    watch.store("routes", [{"n": "Gone", "y": "fit", "t": 1}])
    watch.press("menu").choose("Routes").choose("Gone")
    assert "No longer on the watch" in watch.texts
    assert not watch.state["ended"]


def test_routes_wait_until_they_are_chosen(home: Home) -> None:
    for name in ("hill", "lake"):
        home.add(f"{name}.gpx", a_route(name.title()), "/routes")
    watch = home.paired(settings={"routes": "false"})
    assert watch.content == []
    assert watch.texts[1] == "2 waiting"
    watch.press("menu").choose("Routes")
    assert sorted(watch.menu or []) == ["hill.gpx", "lake.gpx"]
    watch.choose("hill.gpx")
    assert [item["name"] for item in watch.content] == ["Hill"]
    watch.press("back")
    assert "1 waiting" in watch.texts


def test_routes_come_as_gpx_where_the_owner_wants_it(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(settings={"gpx": "true"})
    assert any(request["url"].split("?")[0].endswith(".gpx") for request in watch.requests)


def test_a_file_that_the_watch_had_before_is_found_by_its_name(home: Home) -> None:
    route = a_route("loop")
    home.add("loop.gpx", route, "/routes")
    watch = home.watch(policy={"contentAlreadyThere": True}, uniqueIdentifier="had")
    file = home.folder / "there.gpx"
    file.write_bytes(route)
    watch.add_content(file)
    watch.launch().press("select")
    home.confirm(watch)
    watch.advance(60)
    assert home.acknowledged("had") == ["/routes/loop.gpx"]


def test_a_file_that_did_not_arrive_goes_on_waiting(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(policy={"contentAlreadyThere": True}, uniqueIdentifier="none")
    assert home.acknowledged("none") == []
    assert "routes" not in watch.storage
    assert watch.texts[1].replace("\n", " ") == "The watch did not keep all files"


@pytest.mark.parametrize(
    ("choice", "name"), [("Back up now", "watch-backup.json"), ("Send diagnostics", "watch-diagnostics.json")]
)
def test_documents_go_up_in_parts(home: Home, choice: str, name: str) -> None:
    now = int(time.time())
    watch = home.paired(health=a_day(now), now=now, uniqueIdentifier="doc")
    watch.press("menu").choose(choice)
    assert watch.texts[1] == "Up to date"
    ((sent, body),) = home.uploads("doc")
    assert sent == name
    document = json.loads(body)
    assert document["made"] == now + 60
    assert watch.storage["account"]["token"] not in body.decode()
    watch.press("menu").choose("Recent uploads")
    assert name in (watch.menu or [])


def test_a_backup_holds_what_the_platform_tells(home: Home) -> None:
    now = int(time.time())
    health = {**a_day(now), "profile": {"weight": 70_000, "height": 180, "birthYear": 1980}}
    watch = home.paired(health=health, now=now, uniqueIdentifier="backup")
    watch.press("menu").choose("Back up now")
    document = json.loads(home.uploads("backup")[0][1])
    assert document["profile"] == {"weight": 70_000, "height": 180, "born": 1980}
    assert document["zones"]["running"] == [93, 111, 130, 148, 167, 185]
    assert sorted(activity["t"] for activity in document["activities"]) == [now - 90_000, now - 7200]


def test_a_sync_can_be_cancelled_and_goes_on(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(settings={"routes": "false"})
    watch.policy(faults=[{"at": 0, "match": "native", "kind": "answer-lost", "code": -1003}]).change_settings(
        routes="true"
    )
    watch.press("select")
    assert watch.texts[0].endswith("%") or "%" in " ".join(watch.texts)
    watch.press("back")
    assert watch.state["view"] == "MainView"
    assert "1 waiting" in watch.texts
    watch.press("select")
    assert [item["name"] for item in watch.content] == ["Loop"]


def test_plans_are_read_on_the_wrist(home: Home) -> None:
    home.add("garmin.json", json.dumps(CONFIG).encode(), "/config")
    watch = home.paired()
    watch.press("menu").choose("Plans").choose("Config")
    assert "hr: 120, 140, 160" in "\n".join(watch.texts)


def test_a_document_that_is_added_while_a_sync_runs_goes_up_after_it(home: Home) -> None:
    watch = home.paired(uniqueIdentifier="w", settings={"background": "false"})
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    assert "Syncing" in watch.texts
    watch.press("menu").choose("Back up now")
    assert home.uploads("w") == []
    watch.advance(60)
    assert [name for name, _ in home.uploads("w")] == ["watch-backup.json"]


def test_a_document_made_anew_while_the_first_is_on_its_way_is_sent_too(home: Home) -> None:
    watch = home.paired(uniqueIdentifier="w", settings={"background": "false"})
    watch.policy(faults=[{"at": 0, "match": "upload", "kind": "answer-lost"}])
    watch.press("menu").choose("Send diagnostics")
    watch.press("menu").choose("Send diagnostics").advance(60)
    assert [name for name, _ in home.uploads("w")] == ["watch-diagnostics.json"] * 2
    assert watch.storage["jobs"] == []


def test_a_route_that_is_chosen_while_a_sync_runs_comes_after_it(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(settings={"routes": "false", "background": "false"})
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    watch.press("menu").choose("Routes").choose("loop.gpx").advance(60)
    assert [item["name"] for item in watch.content] == ["Loop"]


def test_a_cancelled_sync_stays_cancelled(home: Home) -> None:
    watch = home.paired(settings={"background": "false"})
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    assert "Syncing" in watch.texts, "between two attempts"
    watch.press("back")
    seen = len(watch.requests)
    watch.advance(120)
    assert len(watch.requests) == seen


def test_a_request_that_was_cancelled_is_given_up_by_nobody(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(settings={"background": "false", "routes": "false"})
    watch.policy(nativeNeverCompletes=True).change_settings(routes="true").press("select")
    assert "Syncing" in watch.texts
    watch.press("back")
    before = watch.storage["status"]
    seen = len(watch.requests)
    watch.advance(400)
    assert watch.storage["status"] == before
    assert len(watch.requests) == seen


def test_what_arrives_opens_no_menu_over_another_screen(home: Home) -> None:
    watch = home.paired(settings={"background": "false"})
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    watch.press("menu").advance(60)
    assert "Back up now" in (watch.menu or [])
    assert [item["name"] for item in watch.content] == ["Loop"]


def test_a_route_that_its_owner_replaced_is_listed_once(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(uniqueIdentifier="anew")
    home.add("loop.gpx", a_route("Loop", points=60), "/routes")
    watch.press("back").press("select").advance(60)
    assert len([request for request in watch.requests if "native" in request["url"]]) == 2
    assert watch.menu == ["Loop"]


def test_a_document_of_which_the_gateway_has_nothing_begins_anew(home: Home) -> None:
    watch = home.paired(uniqueIdentifier="anew", settings={"background": "false"})
    watch.store("jobs", [{"n": "notes.json", "u": "lost", "o": 5, "x": '{"a":12345}'}]).press("select")
    assert watch.texts[1] == "Up to date"
    assert home.uploads("anew") == [("notes.json", b'{"a":12345}')]


@pytest.mark.parametrize(
    ("file", "folder", "kind"), [("fit_workout.fit", "/workouts", "Workouts"), ("fit_course.fit", "/routes", "Courses")]
)
def test_fit_files_become_what_they_are(home: Home, file: str, folder: str, kind: str) -> None:
    home.add(file, (Path(__file__).parents[1] / "data" / "formats" / "valid" / file).read_bytes(), folder)
    watch = home.paired(uniqueIdentifier="w")
    assert [item["kind"] for item in watch.content] == [kind]
    assert home.acknowledged("w") == [f"{folder}/{file}"]
    watch.choose((watch.menu or [""])[0])
    assert watch.state["ended"]
