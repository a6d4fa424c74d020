"""Reading backups back: every byte, whatever somebody has made of them."""

import hashlib
import itertools
import json
import os
from pathlib import Path

import pytest

from gateway.backups import Manifest
from gateway.errors import Damaged
from gateway.sealing import seal, unsealed
from gateway.sealing.segments import CONTENT
from gateway.service.backup import PIECES
from gateway.service.backuplist import INDEX, manifests
from gateway.service.restoring import restore
from gateway.service.verifying import verify_data
from tests.keys import KEYRING
from tests.service.backup.folder import PASSPHRASE, SMALL, Folder


def test_verifying_reads_every_byte(folder: Folder) -> None:
    made = folder.back_up()
    found = folder.verify()
    assert (found.objects, found.contents, found.opened, found.faults) == (made.manifest.objects, 2, True, [])
    assert found.size == made.manifest.size
    for path in sorted(Path(folder.place.name).rglob("objects/*/*")):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        fault = "the list of its objects is damaged" if path.name == made.manifest.list.id else path.name
        assert [fault in line for line in folder.verify(passphrase=None).faults] == [True]
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    path.unlink()
    assert "missing" in folder.verify().faults[0] or "list" in folder.verify().faults[0]


def test_the_data_folder_is_read_back_too(folder: Folder) -> None:
    assert verify_data(folder.store, folder.contents, folder.keyring, _quiet) == (2, [])
    lost = next((folder.folder / "contents").rglob("*.sealed"))
    whole = lost.read_bytes()
    lost.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    folder.write(lambda t: t.contents._run("update contents set body = zeroblob(200) where size = :n", n=len(SMALL)))
    count, faults = verify_data(folder.store, folder.contents, folder.keyring, _quiet)
    assert (count, len(faults)) == (2, 2)


@pytest.mark.parametrize("change", [b"", b"{}", b"[]", b'{"format":1}', b'{"format":1,"digest":"x"}'])
def test_a_manifest_is_itself_or_damaged(folder: Folder, change: bytes) -> None:
    path = Path(folder.place.name) / folder.back_up().manifest.path
    data = path.read_bytes()
    manifest = Manifest.read(data, path.stem)
    assert manifest.written(folder.keyring.current) == data
    assert manifest.is_sealed_by(folder.keyring.all())
    for wrong in (change, data[:-9], data.replace(b'"objects": ', b'"objects": 1')):
        with pytest.raises(Damaged):
            Manifest.read(wrong, path.stem)
    path.write_bytes(change)
    assert manifests(folder.place) == ([], [path.stem])


def _quiet(_what: str, _done: int, _whole: int) -> None:
    pass


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../../victim"), ("time", "x"), ("time", 10**15), ("time", -1), ("list", {"id": 5, "size": 1}),
        ("index", {"id": "../" * 21 + "x", "size": 1}), ("index", None), ("keys", "x"), ("keys", [1]), ("size", 1.5),
        ("release", 1),
    ],
)  # fmt: skip
def test_a_manifest_of_a_stranger_is_damaged(folder: Folder, key: str, value: object) -> None:
    path = Path(folder.place.name) / folder.back_up().manifest.path
    told = json.loads(path.read_bytes())
    told[key] = value
    bare = {name: told[name] for name in told if name not in {"digest", "seal"}}
    told["digest"] = hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    path.write_text(json.dumps(told))
    assert manifests(folder.place) == ([], [path.stem])


def test_contents_pieces_and_indexes_do_not_open_as_one_another() -> None:
    for purpose, other in itertools.permutations((CONTENT, PIECES, INDEX), 2):
        with pytest.raises(Damaged):
            unsealed(KEYRING, seal(KEYRING.current, b"x", purpose), other)


def test_an_object_that_grew_is_not_read_to_its_end(folder: Folder) -> None:
    manifest = folder.back_up().manifest
    place = Path(folder.place.name) / manifest.index.name
    os.truncate(place, 1 << 32)
    assert manifest.index.id in folder.verify(passphrase=None).faults[0]
    with pytest.raises(Damaged):
        restore(folder.place, manifest, folder.folder.parent / "x", passphrase=PASSPHRASE)
