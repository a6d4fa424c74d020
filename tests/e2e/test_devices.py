"""Several devices and users at once: the same bytes become one file, and nobody meets what is another's."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.database import assert_sound, count
from tests.e2e.program import GUARD, Program

ROUNDS = 40


@pytest.fixture
def anna(program: Program) -> Iterator[Device]:
    program.command("user", "add", "owner@example.com", "--password-stdin", stdin=b"correct horse battery\n")
    program.command("user", "add", "anna@example.com", "--password-stdin", stdin=b"correct horse battery\n")
    with pair(program, "hers", user="anna@example.com") as device:
        yield device


@pytest.fixture
def other(program: Program) -> Iterator[Device]:
    """A second device of the owner."""
    with pair(program, "other") as device:
        yield device


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run tasks from the same moment on; their results."""
    start = threading.Barrier(len(tasks), timeout=GUARD)

    def run(task: Callable[[], Any]) -> Any:
        start.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [thread.result(GUARD) for thread in [pool.submit(run, task) for task in tasks]]


def test_two_devices_upload_the_same_bytes_at_once(program: Program, watch: Device, other: Device) -> None:
    for turn in range(ROUNDS):
        data = content.small(turn + 1)
        one, two = at_once(
            lambda data=data, turn=turn: watch.upload(f"{turn}.fit", data).value,
            lambda data=data, turn=turn: other.upload(f"{turn}.fit", data).value,
        )
        assert one["id"] == two["id"]
        assert sorted([one["dup"], two["dup"]]) == [False, True]
        assert (one["s"], one["v"]) == (two["s"], two["v"]) == (len(data), 1)
    assert len(json.loads(program.command("list", "--json"))) == ROUNDS
    sent = [device["sent"] for device in json.loads(program.command("devices", "--json"))]
    assert sum(sent) == ROUNDS


def test_one_device_sends_one_request_twice_at_once(program: Program, watch: Device) -> None:
    """A phone that repeats a request whose answer was late: one file, and the same answer to both."""
    with watch.twin() as twin:
        for turn in range(ROUNDS):
            name, data, nonce = f"{turn}.fit", content.small(turn + 1), f"n{turn}"
            one, two = at_once(
                lambda name=name, data=data, nonce=nonce: watch.upload(name, data, nonce).value,
                lambda name=name, data=data, nonce=nonce: twin.upload(name, data, nonce).value,
            )
            assert one == two
            assert one["dup"] is False
    assert len(json.loads(program.command("list", "--json"))) == ROUNDS


def test_one_part_twice_at_once(watch: Device) -> None:
    """The same part from two connections is one part; the last one gives the same file to both."""
    data = content.middle(1)
    with watch.twin() as twin:
        for turn in range(8):
            for start in range(0, len(data), 10_000):
                nonce, name = f"u{turn}", f"p{turn}.fit"
                answers = at_once(
                    lambda start=start, nonce=nonce, name=name: watch.part(nonce, name, data, start, start + 10_000),
                    lambda start=start, nonce=nonce, name=name: twin.part(nonce, name, data, start, start + 10_000),
                )
                for answer in answers:
                    assert answer.status == 200, answer.value
            assert watch.download(watch.part(nonce, name, data, start, len(data)).value["id"]) == data


def test_different_files_under_one_name_at_once(program: Program, watch: Device, other: Device) -> None:
    """Neither overwrites the other: the second lands beside the first."""
    for turn in range(ROUNDS // 2):
        mine, theirs = content.small(2 * turn + 1), content.small(2 * turn + 2)
        name = f"{turn}.fit"
        one, two = at_once(
            lambda name=name, mine=mine: watch.upload(name, mine).value,
            lambda name=name, theirs=theirs: other.upload(name, theirs).value,
        )
        assert one["id"] != two["id"]
        assert (one["dup"], two["dup"]) == (False, False)
        assert watch.download(one["id"]) == mine
        assert other.download(two["id"]) == theirs
    paths = [row["path"] for row in json.loads(program.command("list", "--json"))]
    assert len(paths) == len(set(paths)) == ROUNDS
    assert "/activities/0 (2).fit" in paths


def test_two_users_upload_the_same_bytes_at_once(program: Program, watch: Device, anna: Device) -> None:
    for turn in range(ROUNDS // 2):
        data = content.small(turn + 1)
        mine, hers = at_once(
            lambda data=data, turn=turn: watch.upload(f"{turn}.fit", data).value,
            lambda data=data, turn=turn: anna.upload(f"{turn}.fit", data).value,
        )
        assert mine["id"] != hers["id"]
        assert (mine["dup"], hers["dup"]) == (False, False)
        for device, own, foreign in ((watch, mine, hers), (anna, hers, mine)):
            assert device.download(own["id"]) == data
            assert device.ask("GET", f"download/{foreign['id']}").word == "not_found"
            assert device.ask("GET", f"native/{foreign['id']}.fit").word == "not_found"
    for email in ("owner@example.com", "anna@example.com"):
        assert len(json.loads(program.command("list", "--json", "--user", email))) == ROUNDS // 2


def test_users_do_not_see_each_other(program: Program, watch: Device, anna: Device, tmp_path: Path) -> None:
    ours, hers = tmp_path / "ours.json", tmp_path / "hers.json"
    ours.write_text('{"whose":"ours"}')
    hers.write_text('{"whose":"hers"}')
    program.command("add", str(ours), "--to", "/routes")
    program.command("add", str(hers), "--to", "/routes", "--user", "anna@example.com")
    program.command("add", str(hers), "--to", "/config", "--user", "anna@example.com")
    [mine] = watch.listed("&all=1")
    [other] = anna.listed("&type=json&all=1")[-1:]
    assert (mine["n"], other["n"]) == ("ours.json", "hers.json")

    for key in (other["id"], "hers.json"):
        for query in ("", "?as=json", "?off=3&v=1", "?v=1"):
            assert watch.ask("GET", f"download/{key}{query}").word == "not_found"
    assert watch.ask("GET", f"native/{other['id']}.gpx").word == "not_found"
    assert watch.ask("GET", "config").word == "not_found"
    assert watch.ask("GET", f"config?have={other['id']}.1").word == "not_found"

    before = anna.value("GET", "status")["pending"]
    strange = [{"id": other["id"], "v": 1}, {"id": "aaaaaaaaaaaa", "v": 1}, {"id": mine["id"], "v": 2}]
    assert watch.value("POST", "ack", {"files": strange}) == {"ok": True, "pending": 1}
    assert anna.value("GET", "status")["pending"] == before
    assert [file["id"] for file in anna.listed()].count(other["id"]) == 1
    for device in (watch, anna):
        device.close()
    program.stop()
    assert_sound(program.data)
    assert count(program.data, "acks") == 0


def test_the_same_identifier_at_two_users(program: Program, watch: Device, anna: Device) -> None:
    """Devices of different users never meet: pairing hers under the owner's identifier leaves the owner's alone."""
    with pair(program, watch.ident, user="anna@example.com") as impostor:
        sent = watch.upload("a.fit", content.small(1)).value
        assert impostor.value("GET", "status")["up"] == 0
        assert impostor.ask("GET", f"download/{sent['id']}").word == "not_found"
        assert watch.value("GET", "status")["up"] == 1
        assert anna.value("GET", "status")["up"] == 0


def test_nonces_belong_to_their_token(watch: Device, other: Device) -> None:
    first = watch.upload("a.fit", content.small(1), "same").value
    second = other.upload("b.fit", content.small(2), "same").value
    assert first["id"] != second["id"]
    assert watch.upload("a.fit", content.small(1), "same").value == first
    data = content.middle(3)
    assert watch.part("u", "p.fit", data, 0, 9000).value["have"] == 9000
    assert other.part("u", "p.fit", data, 9000, 12_000).value["have"] == 0
    assert other.have("u") == 0
    assert watch.have("u") == 9000


def test_nonce_with_other_content_is_refused(watch: Device) -> None:
    watch.upload("a.fit", content.small(1), "n")
    for name, data in (("a.fit", content.small(2)), ("b.fit", content.small(1))):
        assert watch.upload(name, data, "n").word == "bad_request"
    watch.part("u", "p.fit", content.small(3), 0, 10_000)
    assert watch.part("u", "p.fit", content.small(4), 0, 10_000).word == "bad_request"


def test_revoked_is_refused_at_once(program: Program, watch: Device, other: Device) -> None:
    key = watch.upload("a.fit", content.small(1)).value["id"]
    program.command("device", "revoke", watch.id)
    for method, path, body in (
        ("GET", "status", None),
        ("GET", f"download/{key}", None),
        ("POST", "ack", {"files": []}),
    ):
        assert watch.ask(method, path, body).word == "unauthorized"
    assert watch.upload("b.fit", content.small(2)).word == "unauthorized"
    assert other.value("GET", "status")["ok"]
    assert [row["path"] for row in json.loads(program.command("list", "--json"))] == ["/activities/a.fit"]


def test_paired_again_the_old_token_lives_until_the_new_one_is_used(program: Program, watch: Device) -> None:
    assert watch.value("GET", "status")["ok"]
    with pair(program, watch.ident) as again:
        assert again.token != watch.token
        assert watch.value("GET", "status")["ok"]
        assert watch.upload("a.fit", content.small(1)).status == 200
        assert again.value("GET", "status")["up"] == 1
        assert watch.ask("GET", "status").word == "unauthorized"
        assert watch.upload("b.fit", content.small(2)).word == "unauthorized"
        assert again.value("GET", "status")["ok"]
        assert again.id == watch.id


def test_a_token_of_the_other_type_and_no_token(shared: Program, shared_watch: Device) -> None:
    with pair(shared, "esp32", kind="iot") as esp, Device(shared, "") as nobody, Device(shared, "x" * 43) as stranger:
        assert esp.value("GET", "status")["ok"]
        assert nobody.ask("GET", "status").word == "unauthorized"
        assert stranger.ask("GET", "status").word == "unauthorized"
        key = esp.upload("esp.fit", content.small(77)).value["id"]
        assert (
            shared_watch.ask("GET", f"download/{key}").word == "not_found"
        )  # sent by another device, no folder of its
