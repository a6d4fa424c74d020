"""SIGTERM: what is in flight ends, the log is moved into the database, the port and the folder are free at once."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e import content
from tests.e2e.client import BROKEN, Device, Wire, encode
from tests.e2e.conftest import Make
from tests.e2e.contract import check
from tests.e2e.database import assert_sound
from tests.e2e.program import GUARD, Program, free_port, wait_until

TIMEOUT = 6
SLACK = 3  # the kernel's alarm and this machine's other work


@pytest.fixture
def program(make: Make) -> Program:
    return make({"SYNC_SHUTDOWN_TIMEOUT": str(TIMEOUT)}, port=free_port()).start()


def upload_request(watch: Device, name: str, data: bytes) -> bytes:
    body = json.dumps({"name": name, "file": encode(data)}).encode()
    head = (
        f"POST /api/v1/garmin/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {watch.token}\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    return head.encode() + body


def begin(wire: Wire, request: bytes, upto: int) -> bytes:
    """Send the head, wait until the gateway reads the body, send it up to there; gives the rest."""
    head, _, body = request.partition(b"\r\n\r\n")
    wire.send(head + b"\r\n\r\n")
    while b"\r\n\r\n" not in wire.buffer:
        wire.buffer += wire.sock.recv(65536)
    assert wire.buffer.startswith(b"HTTP/1.1 100 ")
    wire.buffer = b""
    wire.send(body[:upto])
    return body[upto:]


def stops_accepting(program: Program) -> bool:
    try:
        with Wire(program.port):
            return False
    except ConnectionRefusedError:
        return True


def assert_log_moved(program: Program) -> None:
    log = program.data / "wristgate.db-wal"
    assert not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_body_that_still_comes_is_taken(program: Program, watch: Device, number: int) -> None:
    watch.value("GET", "status")
    watch.close()
    data = content.large(1)
    with Wire(program.port) as wire:
        rest = begin(wire, upload_request(watch, "late.fit", data), 50_000)
        os.kill(program.master, number)
        wait_until(lambda: stops_accepting(program), "nobody new is let in")
        answer = wire.send(rest).answer()
        assert check(answer)["ok"]
        assert answer.fields["connection"] == "close"
        assert wire.is_closed()
    assert program.wait(TIMEOUT + SLACK) == 0
    assert_log_moved(program)
    program.start()  # on the same port
    assert watch.download(answer.value["id"]) == data
    watch.close()
    program.stop()
    assert_sound(program.data)


def test_a_body_that_never_comes_is_given_up(program: Program, watch: Device) -> None:
    with Wire(program.port) as wire:
        begin(wire, upload_request(watch, "never.fit", content.large(1)), 50_000)
        program.terminate()
        assert program.wait(TIMEOUT + SLACK) == 0
        while wire.sock.recv(65536):
            pass
    assert_log_moved(program)
    program.start()
    assert watch.value("GET", "status")["up"] == 0


def test_stopped_under_load(program: Program, watch: Device) -> None:
    """Whoever got an answer before the end has its file after it; the others are told or cut off."""

    def send(first: int) -> dict[str, bytes]:
        kept = {}
        with watch.twin() as twin:
            for serial in range(first, first + 10_000):
                try:
                    answer = twin.upload(f"{serial}.fit", content.small(serial))
                except BROKEN:
                    return kept
                assert answer.status == 200 or answer.word == "busy"
                if answer.status == 200:
                    kept[answer.value["id"]] = content.small(serial)
        return kept

    for turn in range(3):
        with ThreadPoolExecutor(6) as pool:
            senders = [pool.submit(send, (turn * 6 + sender) * 10_000 + 1) for sender in range(6)]
            want = (turn + 1) * 30
            wait_until(lambda want=want: watch.value("GET", "status")["up"] > want, "there is load")
            watch.close()
            program.terminate()
            assert program.wait(TIMEOUT + SLACK) == 0, program.words()
            kept = {key: data for sender in senders for key, data in sender.result(GUARD).items()}
        assert_log_moved(program)
        program.start()  # right after, on the same port
        for key, data in kept.items():
            assert watch.download(key) == data
    watch.close()
    program.stop()
    assert_sound(program.data)


def test_a_second_gateway_on_the_folder_is_refused(program: Program, watch: Device, make: Make) -> None:
    kept = watch.upload("a.fit", content.small(1)).value
    master, workers = program.master, program.workers()
    second = make(data=program.data)
    done = second.run("serve")
    assert done.returncode == 1
    assert done.stdout == b""
    [line] = done.stderr.decode().splitlines()
    assert "another gateway runs on" in line
    assert str(program.data) in line
    assert (program.master, program.workers()) == (master, workers)
    assert watch.download(kept["id"]) == content.small(1)
    assert watch.upload("b.fit", content.small(2)).status == 200


def test_a_second_gateway_on_the_port_is_refused(program: Program, watch: Device, make: Make) -> None:
    kept = watch.upload("a.fit", content.small(1)).value
    second = make(port=program.port)
    done = second.run("serve")
    assert done.returncode == 1
    [line] = done.stderr.decode().splitlines()
    assert f"127.0.0.1:{program.port} is in use" in line
    assert watch.download(kept["id"]) == content.small(1)


def test_a_successor_waits_for_its_predecessor(program: Program, watch: Device) -> None:
    """Started while the old one still finishes a request: it takes over instead of giving up."""
    data = content.large(1)
    old = program.process
    with Wire(program.port) as wire:
        rest = begin(wire, upload_request(watch, "late.fit", data), 50_000)
        program.terminate()
        program.launch()
        key = wire.send(rest).answer().value["id"]
    assert old is not None
    assert old.wait(TIMEOUT + SLACK) == 0
    wait_until(program._is_ready, "the new one is ready")
    watch.close()
    assert watch.download(key) == data
    watch.close()
    program.stop()
