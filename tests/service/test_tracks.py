"""Tracks in batches over time: what is kept, what is written when nothing more comes, what may come again."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import BadRequest, OffsetMismatch, TooLarge, Unauthorized
from gateway.service import batches
from gateway.service.batches import Batch
from gateway.service.clock import AHEAD
from gateway.service.devices import Caller
from gateway.service.samples import packed, track_of
from gateway.service.tracks import IDLE_SECONDS
from gateway.service.uploads import Progress, Receipt
from tests.e2e.database import count
from tests.samples import START
from tests.service.harness import NOW, Services

COLUMNS = ["dt", "hr", "dist"]


def rows(count: int, first: int = 0) -> list[list[int]]:
    return [[n, 100 + n % 50, 3 * n] for n in range(first, first + count)]


def send(services: Services, caller: Caller, nonce: str, first: int, many: int, *, end: bool = False) -> Any:
    batch = Batch(nonce, first, rows(many, first), end, START, 1, None, COLUMNS)
    return services.write(services.tracks.take(caller, batch))


def written(services: Services) -> dict[str, int]:
    """Paths of activities with their number of samples."""
    found = services.tree.below(services.owner, "/")
    return {row.file.path: row.summary["records"] for row in found if row.summary}


def test_a_track_that_does_not_go_on_is_written_as_what_it_has(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 100)
    services.now += IDLE_SECONDS
    services.keep_house()
    assert written(services) == {}
    services.now += 1
    services.keep_house()
    assert written(services) == {"/activities/2026-09-20-04-30-running.fit": 100}
    assert services.devices.all()[0].sent == 1
    services.keep_house()
    with pytest.raises(OffsetMismatch):
        send(services, caller, "a", 100, 100)
    send(services, caller, "a", 0, 200)
    receipt = send(services, caller, "a", 200, 50, end=True)
    assert (receipt.version, receipt.duplicate) == (2, False)
    assert written(services) == {"/activities/2026-09-20-04-30-running.fit": 250}


def test_a_track_without_a_row_is_forgotten(services: Services) -> None:
    caller = services.pair()
    assert send(services, caller, "a", 0, 0) == Progress("a", 0)
    services.now += IDLE_SECONDS + 1
    services.keep_house()
    assert written(services) == {}
    with services.store.read() as transaction:
        assert transaction.tracks.all(caller.token) == []


def test_the_track_of_a_device_that_was_shut_out_is_written_all_the_same(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 30)
    prepared = services.tracks.take(caller, Batch("a", 30, rows(5, 30), end=True))
    services.write(services.devices.revoke(caller.device.id))
    for write in (prepared, services.tracks.take(caller, Batch("a", 30, rows(5, 30)))):
        with pytest.raises(Unauthorized):
            services.write(write)
    services.now += IDLE_SECONDS + 1
    services.keep_house()
    assert list(written(services).values()) == [30]


def test_one_that_goes_on_while_it_is_concluded_stays(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 30)
    services.now += IDLE_SECONDS + 1
    (idle,) = services.tracks.idle()
    conclude = services.tracks.conclude(idle)
    send(services, caller, "a", 30, 5)
    services.write(conclude)
    assert written(services) == {}
    assert send(services, caller, "a", 35, 5, end=True).version == 1


def test_two_requests_at_once(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 10)
    same = [services.tracks.take(caller, Batch("a", 10, rows(5, 10))) for _ in range(2)]
    assert [services.write(write) for write in same] == [Progress("a", 15)] * 2
    ends = [services.tracks.take(caller, Batch("a", 15, rows(5, 15), end=True)) for _ in range(2)]
    overtaken = services.tracks.take(caller, Batch("a", 15, rows(9, 15), end=True))
    first, second = (services.write(write) for write in ends)
    assert isinstance(first, Receipt)
    assert first == second
    with pytest.raises(BadRequest):
        services.write(overtaken)


def test_an_end_that_others_have_overtaken_goes_on_there(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 10)
    early = services.tracks.take(caller, Batch("a", 10, rows(5, 10), end=True))
    send(services, caller, "a", 10, 20)
    with pytest.raises(OffsetMismatch) as raised:
        services.write(early)
    assert raised.value.have == 30


def test_a_track_has_an_end(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS", 20)
    caller = services.pair()
    send(services, caller, "a", 0, 20)
    with pytest.raises(TooLarge):
        send(services, caller, "a", 20, 1)
    assert send(services, caller, "a", 20, 0, end=True).version == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(0, 2**16))
def test_any_batches_with_any_repetitions_give_the_same_bytes(lengths: list[int], seed: int) -> None:
    """Bytes are compared: what comes in pieces, some of them twice, is what would have come at once."""
    total, chance = sum(lengths), random.Random(seed)
    whole = packed(rows(total), COLUMNS, START)
    have = b""
    for length in lengths:
        first = len(have) // 12
        begin = chance.randint(0, first)  # a part that overlaps what is there
        body = packed(rows(first + length - begin, begin), COLUMNS, START)
        seen = batches.UnfinishedTrack(b"", "n", "d", START, 1, None, tuple(COLUMNS), first, 0)
        have += batches.fresh_rows(seen, have, Batch("n", begin, []), body)
    assert have == whole


def test_rows_in_any_order_become_a_track_in_the_order_of_time() -> None:
    body = packed([[5, 120, None], [0, 100, 0], [3, -1, 9]], COLUMNS, START)
    track = track_of(body, COLUMNS, START, "running", None)
    assert list(track.columns["time"]) == [START, START + 3, START + 5]
    assert formats.read(formats.write(track, formats.FileType.FIT)).elapsed == 5.0


def test_nothing_is_left_of_a_finished_track(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 10)
    send(services, caller, "a", 10, 10, end=True)
    assert (count(services.folder, "tracks"), count(services.folder, "track_rows")) == (0, 0)


def test_what_an_earlier_release_has_stored_is_compared(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 100, end=True)
    send(services, caller, "b", 0, 99, end=True)
    services.write(lambda transaction: transaction.recordings._run("update recordings set activity = null"))
    assert {row.activity for row in services.tree.below(services.owner, "/")} == {None}
    services.keep_house()
    (activity,) = {row.activity for row in services.tree.below(services.owner, "/")}
    assert activity is not None


def kept_versions(services: Services) -> dict[str, tuple[int, int]]:
    """Paths of activities with their version and number of samples."""
    found = services.tree.below(services.owner, "/")
    return {row.file.name: (row.file.version, row.summary["records"]) for row in found if row.summary}


def crowd_out(services: Services, caller: Caller) -> None:
    """Begin eight tracks, so that those from before are concluded."""
    for n in range(8):
        services.now += 1
        services.write(services.tracks.take(caller, Batch(f"o{n}", 0, [[0]], start=START - 9999 * n, columns=["dt"])))


@pytest.mark.parametrize("by_age", [True, False])
def test_a_piece_does_not_take_the_place_of_the_whole(services: Services, by_age: bool) -> None:
    old = services.pair()
    send(services, old, "lost", 0, 150)
    caller = services.pair()  # paired again: the track before is another token's
    send(services, caller, "whole", 0, 100, end=True)
    send(services, caller, "piece", 0, 2)
    services.now += IDLE_SECONDS + 1
    if by_age:
        services.keep_house()
    else:
        crowd_out(services, caller)
        services.write(services.tracks.conclude(services.tracks.idle()[0]))
    name = "2026-09-20-04-30-running"
    assert kept_versions(services) == {f"{name}.fit": (1, 100), f"{name} (2).fit": (1, 150)}


def test_a_whole_track_ends_the_pieces_of_it_and_takes_the_place_of_one_that_was_written(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "piece", 0, 40)
    services.now += IDLE_SECONDS + 1
    services.keep_house()
    send(services, caller, "again", 0, 50)
    send(services, caller, "longer", 0, 101)
    send(services, services.pair("other"), "not mine", 0, 50)
    send(services, caller, "whole", 0, 100, end=True)
    assert kept_versions(services) == {"2026-09-20-04-30-running.fit": (2, 100)}
    with services.store.read() as transaction:
        assert {track.nonce for track in transaction.tracks.before(services.now + 1)} == {"longer", "not mine"}
    with pytest.raises(OffsetMismatch) as raised:
        send(services, caller, "again", 50, 10)
    assert raised.value.have == 0


@pytest.mark.parametrize(
    ("offset", "some", "end"),
    [
        (0, [[0, 0, 0]] * 10, False),  # other rows of the first batch
        (0, [*rows(9), [9, 109, 28]], False),
        (10, [*rows(9, 10), [19, 119, None]], True),
        (5, rows(15, 6), True),
        (10, rows(9, 10), True),  # ends earlier
        (20, rows(1, 20), True),
        (0, ["x", None, {}], False),
        (25, [], False),
        (0, [[[[0]]] * 3], False),
    ],
)
def test_a_nonce_of_an_ended_track_stands_for_its_rows(
    services: Services, offset: int, some: list[Any], end: bool
) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 10)
    overtaken = services.tracks.take(caller, Batch("a", 10, [*rows(9, 10), [19, 0, 0]], True))
    receipt = send(services, caller, "a", 10, 10, end=True)
    with pytest.raises(BadRequest):
        services.write(services.tracks.take(caller, Batch("a", offset, some, end)))
    with pytest.raises(BadRequest):
        services.write(overtaken)
    floats = [list(map(float, row)) for row in rows(20)]
    for first, last in ((0, 10), (10, 20), (3, 17), (0, 20), (20, 20)):
        batch = Batch("a", first, floats[first:last], end=last == 20)
        assert services.write(services.tracks.take(caller, batch)) == receipt


def test_no_nesting_is_too_deep_for_an_answer(services: Services) -> None:
    caller = services.pair()
    send(services, caller, "a", 0, 10, end=True)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for body in (deep, [deep], [[deep, 0, 0]]):
        with pytest.raises(BadRequest):
            services.tracks.take(caller, Batch("a", 0, body))


def test_a_track_begins_no_later_than_records(services: Services) -> None:
    caller = services.pair()

    def begin(nonce: str, start: int) -> Progress:
        batch = Batch(nonce, 0, [[0]], start=start, columns=["dt"])
        progress: Progress = services.write(services.tracks.take(caller, batch))
        return progress

    for late in (NOW + AHEAD + 1, 2**31 - 1):
        with pytest.raises(BadRequest, match="t: is in the future"):
            begin("late", late)
    assert begin("now", NOW + AHEAD).have == 1
    services.add("a.json")
    services.now -= 10 * 365 * 86_400  # a machine without a clock of its own has lost its power
    assert begin("lost", NOW).have == 1
