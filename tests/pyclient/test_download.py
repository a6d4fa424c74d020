"""Downloads over connections that break, of files that change meanwhile."""

import fcntl
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.client import Client, Dropped, Misused, NotUnderstood, Patience, Refused
from gateway.simwatch.localgateway import LocalGateway
from tests.http.store import unique
from tests.pyclient.servers import Cutting, says, scripted

SIZE = 300_000
CUT = 100_000


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "run.fit"


@pytest.fixture
def cutting(gateway: LocalGateway) -> Iterator[Cutting]:
    with Cutting(gateway.url) as proxy:
        yield proxy


def ranges(proxy: Cutting) -> list[str]:
    """The byte that each request for a download began at."""
    asked = b"".join(proxy.asked[number] for number in sorted(proxy.asked)).decode()
    heads = [head for head in asked.split("\r\n\r\n") if "files/download" in head]
    return [match[1] if (match := re.search("Range: bytes=([0-9]+)-", head)) else "" for head in heads]


def test_it_goes_on_where_the_connection_broke(
    client: Client, key: str, cutting: Cutting, folder: str, target: Path, patience: Patience, pauses: list[float]
) -> None:
    data = unique(SIZE)
    client.upload(data, to=f"{folder}/a.bin")
    cutting.cuts = [CUT, CUT, 0]
    told: list[tuple[int, int]] = []
    with Client(cutting.url, key, patience=patience) as shaky:
        done = shaky.download(f"{folder}/a.bin", target, progress=lambda *now: told.append(now))
    assert (target.read_bytes(), done.size, done.version) == (data, SIZE, 1)
    first, second, third, fourth = ranges(cutting)
    assert first == ""
    assert CUT - 1000 < int(second) < CUT
    assert 2 * CUT - 2000 < int(third) < 2 * CUT
    assert fourth == third
    assert pauses == [1, 1, 2]
    assert told[-1] == (SIZE, SIZE)
    assert {size for _, size in told} == {SIZE}
    assert [file.name for file in target.parent.iterdir()] == ["run.fit"]


def test_the_next_run_goes_on_too(
    client: Client, key: str, cutting: Cutting, folder: str, target: Path, patience: Patience
) -> None:
    data = unique(SIZE)
    file = client.upload(data, to=f"{folder}/a.bin").file
    target.write_bytes(b"what was there before")
    cutting.cuts = [CUT] + [0] * 10
    with Client(cutting.url, key, patience=patience) as shaky, pytest.raises(Dropped, match="the connection broke"):
        shaky.download(file, target)
    assert target.read_bytes() == b"what was there before"
    had = target.with_name("run.fit.part").stat().st_size
    assert 0 < had < CUT
    with Cutting(client._transport.address.url) as whole:
        with Client(whole.url, key) as again:
            again.download(file, target)
        assert ranges(whole) == [str(had)]
    assert target.read_bytes() == data
    assert [file.name for file in target.parent.iterdir()] == ["run.fit"]


def test_a_file_that_changed_between_two_parts_starts_over(
    client: Client, key: str, cutting: Cutting, folder: str, target: Path, patience: Patience
) -> None:
    client.upload(unique(SIZE), to=f"{folder}/a.bin")
    newer = unique(SIZE)
    cutting.cuts = [CUT]
    cutting.passing = lambda data: b"Range:" in data and client.upload(newer, to=f"{folder}/a.bin")
    with Client(cutting.url, key, patience=patience) as shaky:
        done = shaky.download(f"{folder}/a.bin", target)
    assert (target.read_bytes() == newer, done.version) == (True, 2)
    assert len(ranges(cutting)) == 2


def test_another_file_of_the_same_version_is_not_mixed_in(
    client: Client, key: str, cutting: Cutting, folder: str, target: Path, patience: Patience
) -> None:
    client.upload(unique(SIZE), to=f"{folder}/a.bin")
    other = unique(SIZE)
    client.upload(other, to=f"{folder}/b.bin")

    def swap(data: bytes) -> None:
        if b"Range:" in data and next(client.files(folder)).name == "a.bin":
            client.delete(f"{folder}/a.bin")
            client.move(f"{folder}/b.bin", f"{folder}/a.bin")

    cutting.cuts = [CUT]
    cutting.passing = swap
    told: list[int] = []
    with Client(cutting.url, key, patience=patience) as shaky:
        done = shaky.download(f"{folder}/a.bin", target, progress=lambda now, _size: told.append(now))
    assert target.read_bytes() == other
    assert done.version == 1
    assert told.count(SIZE) == 1, "the end of the other one is not even fetched"


def test_a_part_that_somebody_spoiled_is_fetched_again(client: Client, folder: str, target: Path) -> None:
    data = unique(SIZE)
    file = client.upload(data, to=f"{folder}/a.bin").file
    target.with_name("run.fit.part").write_bytes(b"x" * CUT)
    target.with_name("run.fit.part.of").write_text(f'"1" {file.sha256}\n')
    client.download(file, target)
    assert target.read_bytes() == data


@pytest.mark.parametrize("left", [SIZE, SIZE + 1])
def test_a_part_that_is_whole_or_too_long(client: Client, folder: str, target: Path, left: int) -> None:
    data = unique(SIZE)
    file = client.upload(data, to=f"{folder}/a.bin").file
    target.with_name("run.fit.part").write_bytes((data + b"x")[:left])
    target.with_name("run.fit.part.of").write_text(f'"1" {file.sha256}\n')
    client.download(file, target)
    assert target.read_bytes() == data


def test_an_earlier_version_an_empty_file_and_a_text(client: Client, folder: str, target: Path) -> None:
    client.upload(b"one", to=f"{folder}/a.txt")
    client.upload(b"two", to=f"{folder}/a.txt")
    assert client.download(f"{folder}/a.txt", target, version=1).version == 1
    assert target.read_bytes() == b"one"
    client.upload(b"", to=f"{folder}/empty.txt")
    assert client.download(f"{folder}/empty.txt", target).size == 0
    assert target.read_bytes() == b""
    document = b'{"a":"' + b"x" * 5000 + b'"}'
    client.upload(document, to=f"{folder}/a.json")
    client.download(f"{folder}/a.json", target)
    assert target.read_bytes() == document


def test_into_a_folder_under_the_files_own_name(client: Client, folder: str, tmp_path: Path) -> None:
    client.upload(b"one", to=f"{folder}/a.txt")
    assert client.download(f"{folder}/a.txt", tmp_path).target == tmp_path / "a.txt"
    for path in ("/", "/a/..", "/a/.", "/a\0b"):
        with pytest.raises(Misused, match="is no name for a file"):
            client.download(path, tmp_path)


def test_a_file_that_is_not_there_leaves_nothing_in_the_targets_place(
    client: Client, folder: str, target: Path
) -> None:
    with pytest.raises(Refused, match="there is no file"):
        client.download(f"{folder}/nothing", target)
    assert list(target.parent.iterdir()) == []


def test_two_downloads_to_one_target_do_not_meet(client: Client, folder: str, target: Path) -> None:
    client.upload(b"one", to=f"{folder}/a.txt")
    with target.with_name("run.fit.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Misused, match="is being downloaded already"):
            client.download(f"{folder}/a.txt", target)
    client.download(f"{folder}/a.txt", target)


def test_a_part_file_is_never_a_link_to_another_place(client: Client, folder: str, target: Path) -> None:
    client.upload(b"one", to=f"{folder}/a.txt")
    victim = target.with_name("victim")
    victim.write_bytes(b"mine")
    target.with_name("run.fit.part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        client.download(f"{folder}/a.txt", target)
    assert victim.read_bytes() == b"mine"


def test_bytes_that_are_never_those_announced(target: Path) -> None:
    lie = says(200, b"other bytes", 'ETag: "1"', f"X-Content-SHA256: {'0' * 64}")
    with (
        scripted(lie, lie, lie) as server,
        Client(server.url, "wg_x") as fooled,
        pytest.raises(NotUnderstood, match="came damaged 3 times"),
    ):
        fooled.download("/documents/a.txt", target)
    assert not target.exists()
