"""JSON for the smallest clients, and names cut to fit."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadRequest, Busy, FormatError, GatewayError
from gateway.http.errors import STATUS, envelope, escaped_length, shorten, status_of
from gateway.http.media import dump
from gateway.http.watch.names import NAME_BYTES, short_name

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(TEXT | st.integers(-(2**31), 2**31) | st.booleans(), lambda v: st.lists(v) | st.dictionaries(TEXT, v))
)
def test_ascii_round_trip(value: object) -> None:
    data = dump(value)
    assert data.isascii()
    assert json.loads(data) == value


@given(TEXT)
def test_escaped_length_is_what_json_takes(text: str) -> None:
    assert escaped_length(text) == len(dump(text)) - 2


@given(TEXT, st.integers(3, 100))
def test_shortened_text_fits(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert escaped_length(short) <= limit
    assert short == text or short.endswith("...")


@given(TEXT.filter(bool))
def test_short_names_fit_and_keep_the_ending(name: str) -> None:
    short = short_name(name)
    assert escaped_length(short) <= NAME_BYTES
    ending = name.rpartition(".")[2]
    if "." in name and not name.startswith(".") and escaped_length(ending) <= 12:
        assert short.endswith(f".{ending}")


def every(kind: type[GatewayError]) -> list[type[GatewayError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every(child))]


def test_every_error_has_its_status_and_word() -> None:
    kinds = every(GatewayError)[1:]
    assert len({kind.word for kind in kinds}) == len({(kind.word, STATUS[kind]) for kind in kinds})
    assert set(kinds) == set(STATUS)


def test_envelope_keeps_what_a_client_acts_on() -> None:
    assert envelope(Busy(wait=7))["wait"] == 7
    assert envelope(BadRequest("ü" * 100))["m"] == "ü" * 12 + "..."
    assert status_of(FormatError("bad_crc", 5)) == 422
    assert envelope(FormatError("bad_crc", 5)) == {
        "ok": False, "code": 422, "error": "invalid_file", "m": "the file is damaged (bad_crc at byte 5)",
    }  # fmt: skip
