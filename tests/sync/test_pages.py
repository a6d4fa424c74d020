"""Pages of the tree: together they are the whole, whatever their size and whatever happens between them."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.model import Access
from gateway.service.clashes import OWN_FOLDERS
from gateway.service.files import Files
from gateway.service.paths import fold
from tests.sync.world import FOLDER, SCALE, World, cast

NAMES = st.sampled_from(("a", "b c", "b-c", "b.c", "b", "z\u00e9", "\U0001f6b4", "zz", "activities-old", "routes"))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def possible(paths: list[str]) -> list[str]:
    """Leave out what could not lie beside the others: a file where a folder is, and names that differ only in case."""
    kept: dict[str, str] = {}
    for path in paths:
        folded = fold(path)
        clash = any(other.startswith(f"{folded}/") or folded.startswith(f"{other}/") for other in kept)
        if not clash and folded not in OWN_FOLDERS:
            kept.setdefault(folded, path)
    return list(kept.values())


def fill(world: World, paths: list[str]) -> None:
    """Make the tree one of these files and nothing else."""
    owner, services = world.cast.owner, world.services
    for file in world.tree(owner):
        services.write(lambda transaction, file=file: transaction.files.remove(file, world.now))
    for path in paths:
        world.upload(owner, path, b"x", None)


def pages(world: World, access: Access, path: str, limit: int, between: Callable[[], None] = lambda: None,
          *, recursive: bool) -> list[str]:  # fmt: skip
    """List page by page; ``between`` is called after each."""
    files: Files = world.services.files
    found: list[str] = []
    start: str | None = None
    while True:
        page = files.page(access, path, start, limit, recursive=recursive)
        found += sorted([*(file.path for file in page.files), *(f"{folder}/" for folder in page.folders)], key=fold)
        start = page.start
        if start is None:
            return found
        between()


def inside(paths: list[str], folder: str) -> list[str]:
    """Give what a listing of one folder must show: its files, and its folders with a slash at their end."""
    begin = folder.rstrip("/") + "/"
    names = {path[len(begin) :].partition("/")[:2] for path in paths if fold(path).startswith(fold(begin))}
    own = {f"{own}/" for own in OWN_FOLDERS} if folder == "/" else set()
    return sorted({begin + "".join(name) for name in names} | own, key=fold)


@settings(deadline=None, max_examples=60 * SCALE)
@given(st.lists(PATHS, max_size=12).map(possible), st.integers(1, 5), st.sampled_from(("/", "/b", "/a/b-c", "/a")))
@example(["/activities/run", "/a", "/z"], 1, "/")
def test_pages_together_are_the_whole(world: World, paths: list[str], limit: int, folder: str) -> None:
    fill(world, paths)
    below = [path for path in paths if folder == "/" or fold(path).startswith(fold(folder) + "/")]
    assert pages(world, world.cast.owner, folder, limit, recursive=True) == sorted(below, key=fold)
    assert pages(world, world.cast.owner, folder, limit, recursive=False) == inside(paths, folder)


@settings(deadline=None, max_examples=30 * SCALE)
@given(
    st.lists(PATHS, max_size=10).map(possible), st.integers(1, 4), st.booleans(), st.lists(PATHS, max_size=6),
    st.sets(st.integers(0, 9)),
)  # fmt: skip
def test_what_stays_is_neither_skipped_nor_doubled(
    world: World, paths: list[str], limit: int, recursive: bool, coming: list[str], going: set[int]
) -> None:
    """While the pages are read, files come and go."""
    stay = [path for n, path in enumerate(paths) if n not in going]
    fill(world, paths)
    coming = [path for path in possible(paths + coming) if path not in paths]
    turn = iter([*(path for path in paths if path not in stay), *coming])

    def between() -> None:
        path = next(turn, None)
        known = {known.path: file for file, known in world.tree(world.cast.owner).items()}
        if path in known:
            world.services.write(lambda transaction: transaction.files.remove(known[path], world.now))
        elif path is not None:
            world.upload(world.cast.owner, path, b"x", None)

    found = pages(world, world.cast.owner, "/", limit, between, recursive=recursive)
    assert len(found) == len(set(found))
    assert set(stay if recursive else inside(stay, "/")) <= set(found)


def test_a_key_with_a_folder_lists_that_folder_alone(world: World) -> None:
    fill(world, [f"{FOLDER}/a", f"{FOLDER}/deep/b", "/photos/c", "/photos/tripod/d", "/top"])
    script = cast().clients[2]
    for limit in (1, 2, 10):
        assert pages(world, script, "/", limit, recursive=True) == [f"{FOLDER}/a", f"{FOLDER}/deep/b"]
        assert pages(world, script, "/", limit, recursive=False) == ["/photos/"]
        assert pages(world, script, "/photos", limit, recursive=False) == [f"{FOLDER}/"]
        assert pages(world, script, FOLDER, limit, recursive=False) == [f"{FOLDER}/a", f"{FOLDER}/deep/"]
