"""Batches of changes: hashes that prove nothing, nonces, and moves that pass names round."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest

from gateway.errors import Gone
from gateway.model import Access, Scope
from gateway.service.access import by_command
from gateway.service.keys import Wish as KeyWish
from gateway.service.paths import clean_path
from gateway.service.push import MOST, Result, Wish
from tests.sync.replica import Replica
from tests.sync.world import FOLDER, World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.check()
    world.close()


def put(nonce: str, path: str, data: bytes, base: int = 0) -> Wish:
    return Wish(nonce, "put", path, base, sha256=sha256(data).digest(), size=len(data))


def move(nonce: str, path: str, to: str, base: int = 1) -> Wish:
    return Wish(nonce, "move", path, base, to=to)


def words(results: list[Result]) -> list[str]:
    return [result.result for result in results]


def filled(world: World, *paths: str) -> Access:
    """Upload a file to each path, with the path as its content."""
    owner = world.cast.owner
    for path in paths:
        world.upload(owner, path, path.encode(), 0)
    return owner


def where(world: World) -> dict[str, bytes]:
    """What is where: paths of live files with the path that each was uploaded to."""
    services, owner = world.services, world.cast.owner
    found = {}
    for file, known in world.tree(owner).items():
        found[known.path] = services.files.open(owner, file, None).data or b""
    return found


def key(world: World, *scopes: Scope, folder: str | None = None) -> Access:
    services = world.services
    made = services.write(services.keys.make(services.owner, KeyWish("other", frozenset(scopes), folder)))
    return services.access(made.secret)


def test_a_hash_gives_nobody_a_file(world: World) -> None:
    filled(world, "/documents/secret")
    services, secret = world.services, b"/documents/secret"
    stranger = services.access(services.register().pair.access_token)
    folder, blind = key(world, *Scope, folder=FOLDER), key(world, Scope.WRITE)
    for caller in (stranger, folder, blind):
        for _ in range(2):
            (result,) = world.push(caller, [put("n", f"{FOLDER}/copy", secret)])
            assert (result.result, result.id, result.version) == ("need", None, None)
    assert words(world.push(world.cast.clients[0], [put("n", f"{FOLDER}/copy", secret)])) == ["ok"]
    assert words(world.push(folder, [put("n", f"{FOLDER}/again", secret)])) == ["ok"]


def test_a_refused_body_gives_nobody_a_file(world: World) -> None:
    """What validation refused is kept, but belongs to no file that could be read."""
    services = world.services
    data = b'<?xml version="1.0"?><gpx><broken'
    services.write(services.uploads.whole(world.cast.watch, "route.gpx", data))
    assert words(world.push(world.cast.clients[0], [put("n", "/documents/x", data)])) == ["need"]


def test_the_size_is_part_of_what_is_named(world: World) -> None:
    owner = filled(world, "/a")
    (result,) = world.push(owner, [replace(put("n", "/b", b"/a"), size=3)])
    assert (result.result, result.error) == ("refused", "bad_request")


def test_a_nonce_stands_for_one_change(world: World) -> None:
    owner = filled(world, "/a", "/b")
    wish = put("n", "/c", b"/a")
    first = world.push(owner, [wish])
    head = world.head()
    others = [
        replace(wish, path="/d"), replace(wish, base=1), replace(wish, mtime=5), replace(wish, op="delete"),
        put("n", "/c", b"/b"), move("n", "/a", "/z"),
    ]  # fmt: skip
    for other in others:
        (result,) = world._pushed(owner, [other])
        assert (result.result, result.error) == ("refused", "bad_request")
    assert world.push(owner, [wish, wish]) == first * 2
    assert world.head() == head


def test_a_nonce_belongs_to_its_holder(world: World) -> None:
    owner = filled(world, "/a")
    laptop = world.cast.clients[0]
    assert words(world.push(owner, [put("n", "/b", b"/a")])) == ["ok"]
    assert words(world.push(laptop, [put("n", "/c", b"/a")])) == ["ok"]


def test_need_is_not_remembered(world: World) -> None:
    laptop = world.cast.clients[0]
    wish = put("n", "/a", b"new")
    assert words(world.push(laptop, [wish])) == ["need"]
    world.upload(laptop, "/a", b"new", 0)
    assert words(world.push(laptop, [wish])) == ["same"]
    world.upload(laptop, "/a", b"newer", 1)
    assert words(world.push(laptop, [wish])) == ["same"]
    assert where(world) == {"/a": b"newer"}


def test_a_change_of_what_was_changed_keeps_both(world: World) -> None:
    owner = filled(world, "/run.txt", "/other")
    laptop, phone = world.cast.clients[:2]
    world.upload(laptop, "/run.txt", b"laptop's", 1)
    (result,) = world.push(phone, [put("n", "/run.txt", b"/other", base=1)])
    assert (result.result, result.settled, result.version) == ("conflict", "copy", 3)
    assert result.copy is not None
    assert result.copy.startswith("/run.sync-conflict-")
    assert result.copy.endswith("-laptop.txt")
    assert where(world) == {"/run.txt": b"/other", result.copy: b"laptop's", "/other": b"/other"}
    (told,) = world.services.conflicts.all(owner, 10)
    assert (told.path, told.copy.path, told.winner, told.loser) == ("/run.txt", result.copy, "phone", "laptop")


def test_deleting_what_was_changed_keeps_the_change(world: World) -> None:
    filled(world, "/a")
    laptop, phone = world.cast.clients[:2]
    world.upload(laptop, "/a", b"laptop's", 1)
    (result,) = world.push(phone, [Wish("n", "delete", "/a", 1)])
    assert result.copy is not None
    assert where(world) == {result.copy: b"laptop's"}


def test_what_has_the_name_makes_way_for_what_is_moved_there(world: World) -> None:
    owner = filled(world, "/a", "/b.txt")
    (result,) = world.push(owner, [move("1", "/a", "/b.txt")])
    assert (result.result, result.settled) == ("conflict", "copy")
    assert result.copy is not None
    assert where(world) == {"/b.txt": b"/a", result.copy: b"/b.txt"}
    (told,) = world.services.conflicts.all(owner, 10)
    assert told.copy.version == 1


def test_files_swap_their_names(world: World) -> None:
    owner = filled(world, "/a", "/b", "/c")
    results = world.push(owner, [move("1", "/a", "/b"), move("2", "/b", "/a")])
    assert words(results) == ["ok", "ok"]
    assert where(world) == {"/a": b"/b", "/b": b"/a", "/c": b"/c"}
    assert words(world.push(owner, [move("3", "/a", "/b"), move("4", "/b", "/c"), move("5", "/c", "/a")])) == ["ok"] * 3
    assert where(world) == {"/a": b"/c", "/b": b"/b", "/c": b"/a"}
    assert world.services.conflicts.all(owner, 10) == []


def test_a_ring_of_which_one_file_is_gone_lets_the_others_pass(world: World) -> None:
    owner = filled(world, "/b", "/c")
    ring = [move("1", "/a", "/b"), move("2", "/b", "/c"), move("3", "/c", "/a")]
    results = world.push(owner, ring)
    assert words(results) == ["refused", "ok", "ok"]
    assert where(world) == {"/a": b"/c", "/c": b"/b"}
    assert world.push(owner, ring) == results


def test_a_ring_that_somebody_may_not_close_loses_nothing(world: World) -> None:
    filled(world, f"{FOLDER}/a", "/photos/b")
    script = world.cast.clients[2]
    results = world.push(script, [move("1", f"{FOLDER}/a", "/photos/b"), move("2", "/photos/b", f"{FOLDER}/a")])
    assert words(results) == ["refused", "refused"]
    assert where(world) == {f"{FOLDER}/a": f"{FOLDER}/a".encode(), "/photos/b": b"/photos/b"}


def test_moves_of_a_batch_are_all_at_once(world: World) -> None:
    """Whoever swaps two files through a third name sends what came of it, or the last step by itself."""
    owner = filled(world, "/a", "/b")
    steps = [move("1", "/a", "/t"), move("2", "/b", "/a"), move("3", "/t", "/b")]
    assert words(world.push(owner, steps)) == ["ok", "ok", "refused"]
    assert words(world.push(owner, [move("4", "/t", "/b")])) == ["ok"]
    assert where(world) == {"/a": b"/b", "/b": b"/a"}


def test_a_large_ring_and_its_repetition(world: World) -> None:
    paths = [f"/documents/{n}" for n in range(60)]
    owner = filled(world, *paths)
    ring = [move(path, path, to) for path, to in zip(paths, paths[1:] + paths[:1], strict=True)]
    results = world.push(owner, ring)
    assert words(results) == ["ok"] * 60
    assert where(world) == {wish.to: wish.path.encode() for wish in ring}
    assert world.push(owner, list(reversed(ring))) == list(reversed(results))


def test_a_batch_of_a_thousand_changes_in_slices(world: World) -> None:
    owner = filled(world, "/a")
    wishes = [put(f"p{n}", f"/documents/{n}", b"/a") for n in range(MOST)]
    assert len(world.services.pushes.push(owner, dict(enumerate(wishes)))) == MOST // 50
    assert words(world.push(owner, wishes)) == ["ok"] * MOST
    head = world.head()
    world.push(owner, wishes)
    assert world.head() == head


def test_a_key_sees_its_folder_however_it_is_spelled(world: World) -> None:
    """Its folder may have come to be under another case: a page of the tree and one file say the same."""
    filled(world, "/photos/Trip/a")
    script = world.cast.clients[2]
    assert world.services.sync.pull(script, None, 10).changes == ()
    assert world.services.files.page(script, "/", None, 10, recursive=True).files == ()


def test_a_command_is_a_caller_too(world: World) -> None:
    assert by_command(world.services.owner) == world.cast.owner
    owner = Replica(world, world.cast.owner)
    owner.put("/a", b"a")
    assert owner.sync()
    assert [mine.data for mine in owner.mine.values()] == [b"a"]


def test_the_same_entry_in_another_history_voids_the_cursor(world: World) -> None:
    """The last entry of both says the same of the same file, in the same second."""
    owner = filled(world, "/a", "/b")
    world.back_up()
    world.push(owner, [put("1", "/x", b"/a"), Wish("2", "delete", "/b", 1)])
    cursor = world.services.sync.pull(owner, None, 10).cursor.encode()
    world.now -= 1
    world.put_back(epoch=False)
    world.push(owner, [put("1", "/y", b"/a"), Wish("2", "delete", "/b", 1)])
    with pytest.raises(Gone):
        world.services.sync.pull(owner, cursor, 10)


def test_a_move_of_a_file_that_is_gone_says_nothing_of_what_lies_at_its_end(world: World) -> None:
    owner = filled(world, "/other")
    assert words(world.push(owner, [move("1", "/gone", "/other")])) == ["refused"]


def test_a_nonce_comes_twice_in_a_batch(world: World) -> None:
    owner = filled(world, "/a", "/b")
    twice = [move("1", "/a", "/b"), move("1", "/b", "/a"), put("2", "/c", b"/a"), put("2", "/c", b"/a")]
    assert words(world._pushed(owner, twice)) == ["conflict", "refused", "ok", "ok"]
    assert {path.partition(".")[0] for path in where(world)} == {"/b", "/c"}


def test_a_base_of_another_file_is_not_the_newest(world: World) -> None:
    """A file that was deleted and one that came to its path have as many versions."""
    owner = filled(world, "/a")
    (before,) = world.push(owner, [put("1", "/a", b"/a", 1)])
    world.push(owner, [Wish("2", "delete", "/a", 1), put("3", "/b", b"/a")])
    world.upload(owner, "/a", b"somebody else's", 0)
    named = [replace(put("4", "/a", b"/a", 1), id=before.id), Wish("5", "delete", "/b", 1, id=before.id)]
    assert words(world.push(owner, named)) == ["conflict", "conflict"]
    assert words(world.push(owner, [replace(move("6", "/a", "/z", 2), id=before.id)])) == ["refused"]
    assert b"somebody else's" in where(world).values()


def test_a_conflict_beside_a_path_that_is_nearly_too_long(world: World) -> None:
    path = "/" + "/".join(["x" * 255] * 15) + "/" + "y" * 254
    owner = filled(world, path)
    world.upload(owner, path, b"2", 1)
    world.upload(owner, path, b"3", 1)
    assert len(where(world)) == 2
    for each in where(world):
        clean_path(each)
