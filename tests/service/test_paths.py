"""Names and paths."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadRequest
from gateway.service.paths import (
    NAME_BYTES,
    clean_name,
    clean_path,
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
