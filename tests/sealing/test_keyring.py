"""Master keys in a file: made once, changed under processes that run, and what is said when they are not there."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Busy, KeyMissing
from gateway.sealing import FILE, Keyring, MasterKey, parse_keys, seal, unsealed


def made(folder: Path) -> Keyring:
    keyring = Keyring.in_folder(folder)
    keyring.ensure((), create=True)
    return keyring


def test_the_first_start_makes_a_key_that_only_its_user_can_read(tmp_path: Path) -> None:
    keyring = made(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert made(tmp_path).current == keyring.current
    assert keyring.current.secret.hex() not in repr(keyring.current)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_of_many_that_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _n: made(tmp_path).current, range(16)))
    assert len(keys) == 1


def test_no_key_is_made_where_contents_name_one(tmp_path: Path) -> None:
    lost = MasterKey.new().id
    with pytest.raises(KeyMissing, match=f"the master key {lost.hex()} is missing, without which files cannot be read"):
        Keyring.in_folder(tmp_path).ensure([lost], create=True)
    assert not (tmp_path / FILE).exists()


def test_a_wrong_key_is_told_by_its_id(tmp_path: Path) -> None:
    keyring, other = made(tmp_path), MasterKey.new()
    with pytest.raises(KeyMissing, match=f"key {other.id.hex()}, which master.key does not have"):
        keyring.ensure([keyring.current.id, other.id], create=True)


def test_a_file_that_a_setting_names_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "usb.key"
    with pytest.raises(KeyMissing, match="SYNC_MASTER_KEY_FILE is missing: make a key with openssl rand -hex 32"):
        Keyring(path, source="SYNC_MASTER_KEY_FILE").ensure((), create=False)
    path.write_text("ab" * 32)
    Keyring(path).ensure((), create=False)


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "ab", "zz" * 32, "ab" * 33, "ä" * 64])
def test_a_damaged_file_is_one_sentence_without_what_it_holds(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Busy, match="the file of the master keys, cannot be used: ") as caught:
        Keyring.in_folder(tmp_path).ensure((), create=True)
    assert "zz" not in caught.value.message


@given(st.text())
def test_any_text_is_keys_or_a_value_error(text: str) -> None:
    try:
        assert parse_keys(text)
    except ValueError:
        return


def test_a_key_is_written_in_hexadecimal_or_base64_with_remarks() -> None:
    one, two = MasterKey(bytes(32)), MasterKey(bytes(range(32)))
    text = (
        f"# a remark, with a comma\n{'00' * 32}  # the first\n\n{base64.b64encode(two.secret).decode()},{'00' * 32}\n"
    )
    assert parse_keys(text) == (one, two)


def test_other_processes_know_a_new_key_when_they_need_it(tmp_path: Path) -> None:
    one, other = made(tmp_path), Keyring.in_folder(tmp_path)
    old = other.current
    new = MasterKey.new()
    one.add(new)
    assert unsealed(other, seal(one.current, b"sealed by another process")) == b"sealed by another process"
    assert other.current == new
    assert unsealed(other, seal(old, b"before")) == b"before"


def test_a_key_that_was_dropped_is_gone_for_all_and_the_newest_cannot_be(tmp_path: Path) -> None:
    one, other = made(tmp_path), Keyring.in_folder(tmp_path)
    old, new = other.current, MasterKey.new()
    one.add(new)
    one.drop([old.id, new.id])
    assert not other.knows(old.id)
    assert other.all() == (new,)


def test_keys_stay_known_when_their_file_goes_while_running(tmp_path: Path) -> None:
    keyring = made(tmp_path)
    key = keyring.current
    (tmp_path / FILE).unlink()
    assert keyring.current == key


def test_nothing_is_sealed_while_the_file_is_damaged_and_all_can_be_opened(tmp_path: Path) -> None:
    """Another process may know by now that a key was dropped, with which this one would seal."""
    keyring = made(tmp_path)
    sealed = seal(keyring.current, b"before")
    for text in ("broken", "ab" * 32):
        (tmp_path / FILE).write_text(text)
        assert unsealed(keyring, sealed) == b"before"
    (tmp_path / FILE).write_text("broken")
    with pytest.raises(Busy, match="cannot be used"):
        _ = keyring.current


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Busy, match="the file of the master keys, cannot be written: "):
        Keyring.in_folder(tmp_path / "missing").ensure((), create=True)
