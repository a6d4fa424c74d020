"""Cursors: any text, any place, another history, another project."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadRequest, Gone
from gateway.model import Change
from gateway.service.cursors import Cursor, decode
from gateway.service.paths import PATH_BYTES, fold
from tests.sync.replica import Replica
from tests.sync.world import World

EPOCHS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12)
MARKS = st.just("") | st.binary(min_size=8, max_size=8).map(bytes.hex)
NAMES = st.text(st.characters(codec="utf-8"))


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


@given(st.builds(Cursor, EPOCHS, st.integers(0, 10**15 - 1), MARKS, st.none() | NAMES.map("/{}".format)))
def test_a_cursor_says_what_it_was_made_from(cursor: Cursor) -> None:
    assert decode(cursor.encode()) == cursor


@given(st.text() | st.binary().map(lambda plain: urlsafe_b64encode(plain).decode()))
@example("=")
@example("A")
@example("ü")
@example("A" * 20_000)
def test_any_text_is_a_cursor_or_a_bad_request(text: str) -> None:
    try:
        cursor = decode(text)
    except BadRequest:
        return
    assert decode(cursor.encode()) == cursor


@pytest.mark.parametrize("character", ["a", "ü", "\u1fb7", "\u0130", "\U0001f6b4"])
def test_the_longest_path_fits_into_a_cursor(character: str) -> None:
    room = PATH_BYTES // len(character.encode())
    cursor = Cursor("a" * 12, 10**15 - 1, "0" * 16, "/" + fold(character * room))
    assert decode(cursor.encode()) == cursor


def ops(world: World, replica: Replica, cursor: str | None) -> list[str]:
    """What has happened behind a cursor."""
    pulled = world.services.sync.pull(replica.access, cursor, 10)
    assert not pulled.more
    return [change.op for change in pulled.changes if isinstance(change, Change)]


def test_nobody_can_make_a_cursor(world: World) -> None:
    laptop = Replica(world, world.cast.clients[0])
    laptop.put("/top", b"first")
    laptop.sync()
    place = decode(laptop.cursor or "")
    for seq, mark in ((place.seq + 1, place.mark), (place.seq - 1, place.mark), (place.seq, "0" * 16), (0, place.mark)):
        for start in (None, "/"):
            forged = Cursor(place.epoch, seq, mark, start).encode()
            with pytest.raises(Gone) as caught:
                world.services.sync.pull(laptop.access, forged, 10)
            assert caught.value.reset
    begin = Cursor(place.epoch, 0, "").encode()
    assert ops(world, laptop, begin) == ["put"]


def test_a_cursor_of_another_project_is_void(world: World) -> None:
    stranger = world.services.access(world.services.register().pair.access_token)
    cursor = world.services.sync.pull(stranger, None, 10).cursor.encode()
    with pytest.raises(Gone):
        world.services.sync.pull(world.cast.owner, cursor, 10)


@pytest.mark.parametrize("epoch", [True, False])
def test_a_journal_that_went_on_from_an_old_copy_voids_newer_cursors(world: World, epoch: bool) -> None:
    """Put back behind the gateway's back, it has gone past the place of an old cursor, with other entries."""
    laptop, phone = (Replica(world, access) for access in world.cast.clients[:2])
    laptop.put("/top", b"first")
    laptop.sync()
    phone.sync()
    world.back_up()
    laptop.put("/lost", b"lost")
    laptop.sync()
    before = laptop.cursor
    world.put_back(epoch=epoch)
    for n in range(3):
        phone.put(f"/documents/{n}", b"%d" % n)
    phone.sync()
    with pytest.raises(Gone) as caught:
        world.services.sync.pull(laptop.access, before, 10)
    assert caught.value.reset
    assert laptop.sync()
    assert set(laptop.mine) == {"/top", "/documents/0", "/documents/1", "/documents/2"}


def test_a_restore_voids_every_cursor(world: World) -> None:
    """Even one of a moment before the copy was made."""
    laptop = Replica(world, world.cast.clients[0])
    laptop.put("/top", b"first")
    laptop.sync()
    first = world.services.sync.pull(laptop.access, None, 1).cursor.encode()
    world.back_up()
    world.put_back(epoch=True)
    for cursor in (laptop.cursor, first):
        with pytest.raises(Gone):
            world.services.sync.pull(laptop.access, cursor, 10)


def test_an_old_cursor_is_good_for_a_copy_that_is_newer(world: World) -> None:
    laptop, phone = (Replica(world, access) for access in world.cast.clients[:2])
    laptop.put("/top", b"first")
    laptop.sync()
    cursor = laptop.cursor
    world.back_up()
    world.put_back(epoch=False)
    phone.sync()
    phone.put("/top", b"second")
    phone.sync()
    assert ops(world, laptop, cursor) == ["put"]
    assert laptop.sync()
    assert laptop.mine["/top"].data == b"second"


def test_what_happens_while_the_tree_is_read_is_not_missed(world: World) -> None:
    laptop, phone = (Replica(world, access) for access in world.cast.clients[:2])
    for name in "bdfh":
        laptop.put(f"/documents/{name}", name.encode())
    laptop.sync()
    phone.pull(page=2, pages=1)
    assert sorted(known.path for known in phone.seen.values()) == ["/documents/b", "/documents/d"]
    laptop.put("/documents/a", b"before")
    laptop.put("/documents/z", b"behind")
    laptop.delete("/documents/b")
    laptop.move("/documents/h", "/documents/c")
    laptop.sync()
    phone.pull(page=2)
    assert phone.seen == world.tree(phone.access)
