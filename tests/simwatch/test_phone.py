import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.simwatch import Answer, Errors, Fault, Habits, Link, Options, Phone, RequestType, ResponseType
from gateway.simwatch.phone import AppCrash
from gateway.simwatch.values import Double, Long

JSON = {"Content-Type": "application/json"}


def get(
    url: str, stub: Any, body: Any, headers: Any = JSON, *, status: int = 200, habits: Any = None, options: Any = None
) -> Answer:
    stub.answers.append((status, headers, body))
    return Phone(habits=habits).make_web_request(f"{url}/x", None, options or Options())


def test_an_object_of_exactly_the_type_arrives_as_a_dictionary(stub: Any, url: str) -> None:
    assert get(url, stub, b'{"ok":true}') == Answer(200, {"ok": True})


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, b""),
        (JSON, b"<html>"),
        (JSON, b"[1]"),
        (JSON, b'"text"'),
        ({"Content-Type": "text/html"}, b"{}"),
        ({"Content-Type": "application/json; charset=utf-8"}, b"{}"),
        ({}, b"{}"),
        (JSON | {"Content-Encoding": "gzip"}, b"{}"),
        (JSON, b'{"a":null}'),
        (JSON, b'{"a":{"b":{"c":{}}}}'),
    ],
)
def test_everything_else_is_minus_400(stub: Any, url: str, headers: Any, body: Any) -> None:
    assert get(url, stub, body, headers) == Answer(-400)


def test_a_lenient_phone_takes_what_is_unverified(stub: Any, url: str) -> None:
    habits = Habits(strict=False)
    kind = {"Content-Type": "application/json; charset=utf-8"}
    assert get(url, stub, b'{"a":null}', kind, habits=habits) == Answer(200, {"a": None})


def test_the_owners_own_document_may_be_deep(stub: Any, url: str) -> None:
    assert get(url, stub, b'{"c":{"a":[[[[null]]]]}}').code == 200


def test_the_cap_counts_the_body(stub: Any, url: str) -> None:
    fits = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(fits) == 100
    assert get(url, stub, fits, habits=Habits(response_cap=100)).code == 200
    assert get(url, stub, fits + b" ", habits=Habits(response_cap=100)) == Answer(-402)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        (Errors.BODY, Answer(413, {"m": "no"})),
        (Errors.CODE, Answer(413)),
        (Errors.FLATTEN, Answer(0)),
    ],
)
def test_an_error_status_may_lose_its_body_or_its_number(stub: Any, url: str, errors: Any, expected: Any) -> None:
    assert get(url, stub, b'{"m":"no"}', status=413, habits=Habits(errors=errors)) == expected


def test_redirects_are_not_followed(stub: Any, url: str) -> None:
    assert get(url, stub, b"", {"Location": "/y"}, status=302) == Answer(302)
    assert len(stub.requests) == 1


def test_a_phone_that_repeats_asks_many_times_and_then_reports_a_timeout(stub: Any, url: str) -> None:
    stub.answers += [(500, JSON, b"{}")] * 3
    assert Phone(habits=Habits(repeats=3)).make_web_request(f"{url}/x", None, Options()) == Answer(-300)
    assert len(stub.requests) == 3


def test_numbers_have_four_types(stub: Any, url: str) -> None:
    body = b'{"n":2147483647,"l":2147483648,"f":0.5,"d":1.23456789,"b":true,"big":1e300,"small":-2147483648}'
    data = get(url, stub, body).data
    types = {key: type(value) for key, value in data.items()}
    assert types == {"n": int, "l": Long, "f": float, "d": Double, "b": bool, "big": Double, "small": int}
    assert data["l"] == 2**31


def test_get_parameters_go_into_the_url_beside_what_is_there(stub: Any, url: str) -> None:
    stub.answers.append((200, JSON, b"{}"))
    Phone().make_web_request(f"{url}/x?a=1", {"b": "ü &", "c": True}, Options())
    method, path, headers, body = stub.requests[0]
    assert (method, path, body) == ("GET", "/x?a=1&b=%C3%BC+%26&c=true", b"")
    assert "Content-Length" not in headers


def test_post_is_url_encoded_unless_the_header_constant_says_json(stub: Any, url: str) -> None:
    stub.answers += [(200, JSON, b"{}")] * 2
    phone = Phone()
    phone.make_web_request(f"{url}/x", {"a": [1]}, Options("POST", {"Content-Type": RequestType.JSON}))
    phone.make_web_request(f"{url}/x", {"a": "b c"}, Options("POST"))
    first, second = stub.requests
    assert (first[2]["Content-Type"], json.loads(first[3])) == ("application/json", {"a": [1]})
    assert (second[2]["Content-Type"], second[3]) == ("application/x-www-form-urlencoded", b"a=b+c")
    assert first[2]["Content-Length"] == str(len(first[3]))


@pytest.mark.parametrize(
    ("options", "habits", "code"),
    [
        (Options(headers={"Content-Type": "application/json"}), Habits(), -200),
        (Options("PATCH"), Habits(), -202),
        (Options(), Habits(connected=False), -104),
        (Options(), Habits(url_cap=10), -202),
        (Options(), Habits(request_cap=20), -102),
        (Options(), Habits(local_http=False), -1001),
    ],
)
def test_what_never_leaves_the_phone(stub: Any, url: str, options: Any, habits: Any, code: int) -> None:
    assert Phone(habits=habits).make_web_request(f"{url}/x", None, options) == Answer(code)
    assert stub.requests == []


def test_plain_http_to_another_machine_is_refused() -> None:
    assert Phone().make_web_request("http://sync.example.com/x", None, Options()) == Answer(-1001)


def test_a_json_request_type_with_a_fit_response_crashes() -> None:
    options = Options(headers={"content-type": RequestType.JSON}, response=ResponseType.FIT)
    with pytest.raises(AppCrash):
        Phone().make_web_request("http://127.0.0.1/x", None, options)


@pytest.mark.parametrize("kind", [ResponseType.FIT, ResponseType.GPX])
def test_files_need_their_exact_type_and_no_cap_counts(stub: Any, url: str, kind: Any) -> None:
    options = Options(response=kind)
    content = bytes(range(256)) * 100
    assert get(url, stub, content, {"Content-Type": kind.value}, options=options) == Answer(200, content)
    octets = {"Content-Type": "application/octet-stream"}
    assert get(url, stub, content, octets, options=options) == Answer(-400)


def test_text_arrives_as_text(stub: Any, url: str) -> None:
    options = Options(response=ResponseType.TEXT)
    assert get(url, stub, b"hello", {"Content-Type": "text/plain"}, options=options) == Answer(200, "hello")


def test_a_second_request_in_flight_is_refused(url: str) -> None:
    phone = Phone()
    held = phone._flight.acquire()
    assert held
    assert phone.make_web_request(f"{url}/x", None, Options()) == Answer(-101)


@pytest.fixture
def dead_end() -> Iterator[tuple[str, threading.Thread]]:
    """A server that hangs up after reading, or says nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            accepted, _ = listener.accept()
            accepted.recv(1000)
            accepted.close()

        thread = threading.Thread(target=hang_up)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", thread


def test_a_closed_connection_is_minus_1004_or_2(dead_end: Any) -> None:
    target, thread = dead_end
    thread.start()
    assert Phone(habits=Habits(lost=-2)).make_web_request(target, None, Options()) == Answer(-2)
    thread.join()


def test_silence_is_minus_300(dead_end: Any) -> None:
    target, _ = dead_end
    assert Phone(habits=Habits(timeout=0.01)).make_web_request(target, None, Options()) == Answer(-300)


def test_nobody_listening_is_minus_1004() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert Phone().make_web_request(f"http://127.0.0.1:{port}/", None, Options()) == Answer(-1004)


@pytest.mark.parametrize(("fault", "seen"), [(Fault.BEFORE, 0), (Fault.MIDWAY, 0), (Fault.AFTER, 1)])
def test_where_a_fault_breaks(stub: Any, url: str, fault: Any, seen: Any) -> None:
    stub.answers += [(200, JSON, b'{"a":1}')] * 2
    phone = Phone(Link([fault]))
    options = Options("POST", {"Content-Type": RequestType.JSON})
    assert phone.make_web_request(f"{url}/x", {"a": "b" * 500}, options) == Answer(-1004)
    assert len(stub.requests) == seen
    assert phone.lost == [Answer(200, {"a": 1})] * seen
    assert phone.make_web_request(f"{url}/x", {"a": "b" * 500}, options) == Answer(200, {"a": 1})
