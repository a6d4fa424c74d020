"""Names and paths."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadRequest
from gateway.service.paths import (
    NAME_BYTES,
    clean_name,
    clean_path,
    conflict_name,
    device_name,
    fold,
    marked,
    numbered,
)


@given(st.text())
def test_a_clean_name_is_harmless_and_stays_clean(text: str) -> None:
    try:
        name = clean_name(text)
    except BadRequest:
        return
    assert name
    assert not set(name) & set("/\\\0\n")
    assert name not in {".", ".."}
    assert len(name.encode()) <= NAME_BYTES
    assert unicodedata.normalize("NFC", name) == name
    assert clean_name(name) == name


@given(st.text())
def test_a_clean_path_stays_clean(text: str) -> None:
    try:
        path = clean_path("/" + text)
    except BadRequest:
        return
    assert path.startswith("/")
    assert ".." not in path.split("/")
    assert clean_path(path) == path


@pytest.mark.parametrize("path", ["", "a/b", "/a//b", "/../a", "/a/./b", "/a/\x00", "/" + "ü" * 128, "/a" * 3000])
def test_bad_paths(path: str) -> None:
    with pytest.raises(BadRequest):
        clean_path(path)


@given(st.text(min_size=1).map(lambda t: t.replace("/", "")).filter(bool), st.integers(2, 10**6))
def test_numbered_names_fit(name: str, n: int) -> None:
    name = unicodedata.normalize("NFC", name).encode("utf-8", "ignore")[:NAME_BYTES].decode("utf-8", "ignore") or "x"
    copy = numbered(name, n)
    assert len(copy.encode()) <= NAME_BYTES


def test_numbers_go_before_the_ending() -> None:
    assert numbered("run.fit", 2) == "run (2).fit"
    assert numbered("run", 3) == "run (3)"
    assert numbered(".hidden", 2) == ".hidden (2)"


def test_a_mark_goes_before_the_ending() -> None:
    assert marked("run.fit", "repaired") == "run (repaired).fit"
    assert marked("ü" * 125 + ".fit", "repaired") == "ü" * 120 + " (repaired).fit"


def test_case_is_folded_as_other_disks_do() -> None:
    assert fold("/Straße/É") == fold("/STRASSE/é")


@given(st.text())
def test_device_names_can_be_folders(text: str) -> None:
    name = device_name(text)
    assert not set(name) & set('/\\:*?"<>|\0')
    assert len(name) <= 48
    if name:
        assert clean_path(f"/backups/{name}") == f"/backups/{name}"


def test_who_lost_is_in_the_name() -> None:
    assert conflict_name("run.fit", 1_777_619_700, "phone") == "run.sync-conflict-20260501-071500-phone.fit"
    assert conflict_name("run", 0, "phone") == "run.sync-conflict-19700101-000000-phone"
    assert conflict_name(".profile", 0, "x") == ".profile.sync-conflict-19700101-000000-x"


@given(st.text(min_size=1).map(lambda text: text.replace("/", "")), st.integers(0, 1 << 34), st.text())
@example("console." + "x" * 215, 0, "phone")
@example("x." + "ü" * 120, 0, "\U0001f6b4" * 48)
@example("a" * 251 + ".fit", 0, "ü" * 48)
def test_conflict_names_are_names(text: str, moment: int, device: str) -> None:
    try:
        name = clean_name(text)
    except BadRequest:
        return
    sender = device_name(device).replace(" ", "-") or "wristgate"
    copy = conflict_name(name, moment, sender)
    assert clean_name(copy) == copy
    assert re.search(r"\.sync-conflict-\d{8}-\d{6}-" + re.escape(sender), copy)
    assert clean_name(numbered(copy, 2)) == numbered(copy, 2)
