"""JSON documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import FormatError
from gateway.formats.jsondoc import MAX_VALUES
from gateway.model import FileType, Kind, Summary

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(VALUES) | st.dictionaries(st.text(), VALUES), st.booleans())
def test_documents_are_accepted(document: object, escaped: bool) -> None:
    data = json.dumps(document, ensure_ascii=escaped).encode()
    assert formats.read(data) == Summary(type=FileType.JSON, kind=Kind.OTHER)


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b'{"a":1', "truncated", 6),
        (b'["abc', "truncated", 5),
        (b'["\xc3', "truncated", 2),
        (b"[NaN]", "bad_json", 1),
        (b"[1e999]", "bad_json", 1),
        (b"[1,]", "bad_json", 2),
        (b"{'a':1}", "bad_json", 1),
        (b'{"\xc3\xa9":x}', "bad_json", 6),
        (b"[1] []", "bad_json", 4),
        (b"[1] // x", "bad_json", 4),
        (b'["\\ud800"]', "bad_json", 2),
        (b'["\xff"]', "bad_encoding", 2),
        (b"\xef\xbb\xbf[]", "bad_json", 0),
        (b"[" * 5000 + b"]" * 5000, "too_deep", 0),
        (b"[" * 5000, "too_deep", 0),
        (b"[" + b"[]," * MAX_VALUES + b"1]", "too_many_values", 0),
    ],
)
def test_refusals(data: bytes, reason: str, offset: int) -> None:
    with pytest.raises(FormatError) as refusal:
        formats.read(data)
    assert (refusal.value.code, refusal.value.offset) == (reason, offset)


def test_blanks_around_are_fine() -> None:
    assert formats.read(b' \r\n\t{"a": [1, 2]}\n').kind is Kind.OTHER
