import random
from itertools import islice
from typing import Any

from gateway.simwatch import Fault, Link, Options, Phone


def test_faults_come_in_their_order_and_end() -> None:
    link = Link([None, Fault.AFTER])
    assert [link.begin() for _ in range(4)] == [None, Fault.AFTER, None, None]
    assert link.drops == [Fault.AFTER]
    assert link.requests == 4


def test_an_injected_fault_comes_before_the_schedule() -> None:
    link = Link([Fault.BEFORE])
    link.inject(None, Fault.MIDWAY)
    assert [link.begin() for _ in range(4)] == [None, Fault.MIDWAY, Fault.BEFORE, None]


def test_time_is_bytes_over_the_rate_and_rests() -> None:
    slept = []
    link = Link(rate=500, sleep=slept.append)
    link.carry(750, 250)
    link.rest(7)
    assert (link.up, link.down, link.bytes, link.seconds) == (750, 250, 1000, 9.0)
    assert slept == [2.0, 7]


def test_a_shaky_link_is_the_same_for_the_same_seed() -> None:
    first, second = (Link.shaky(random.Random(5), 0.5) for _ in range(2))
    faults = [first.begin() for _ in range(50)]
    assert faults == [second.begin() for _ in range(50)]
    assert set(faults) == {None, *Fault}


def test_every_byte_on_the_wire_is_counted(stub: Any, url: str) -> None:
    body = b'{"ok":true}'
    stub.answers.append((200, {"Content-Type": "application/json"}, body))
    phone = Phone()
    phone.make_web_request(f"{url}/x", None, Options())
    method, path, headers, _ = stub.requests[0]
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    assert phone.link.up == len(head)
    assert phone.link.down > len(body) + len("HTTP/1.0 200 OK\r\n")


def test_half_of_the_answer_counts_when_it_is_lost(stub: Any, url: str) -> None:
    answer = (200, {"Content-Type": "application/json"}, b'{"ok":true}')
    stub.answers += [answer, answer]
    phone = Phone(Link([Fault.AFTER]))
    counts = []
    for _ in range(2):
        phone.make_web_request(f"{url}/x", None, Options())
        counts.append(phone.link.down)
    lost, whole = counts[0], counts[1] - counts[0]
    assert lost == whole // 2
    assert list(islice(phone.link.drops, 2)) == [Fault.AFTER]
