"""Why a file is refused: each stable code with what it means, in words of somebody who goes running."""

from typing import Final

from gateway.errors import FormatError

_LONGEST: Final = 80
MEANINGS: Final = {
    "truncated": "the file is cut short",
    # FIT
    "not_fit": "the file is no FIT file",
    "not_gpx": "the file is no GPX file",
    "not_tcx": "the file is no TCX file",
    "bad_header": "the beginning of the file is damaged",
    "bad_header_crc": "the beginning of the file is damaged",
    "bad_crc": "some bytes of the file have changed",
    "unsupported_protocol": "the file is of a newer kind of FIT",
    "trailing_bytes": "there is something behind the file's end",
    "too_many_parts": "more than 32 FIT files are joined in one",
    "truncated_definition": "the recording is damaged",
    "undefined_local_type": "the recording is damaged",
    "record_overrun": "the recording is damaged",
    "duplicate_field": "the recording contradicts itself",
    "zero_size_field": "the recording contradicts itself",
    "too_many_messages": "the file is too confused to read",
    "too_many_definitions": "the file is too confused to read",
    # GPX and TCX
    "not_well_formed": "the XML of the file is damaged",
    "bad_encoding": "the file's letters cannot be read",
    "dtd_forbidden": "the file has parts that are not safe to read",
    "unknown_root": "the file is neither GPX nor TCX",
    "no_root": "the file does not begin like GPX or TCX",
    "too_deep": "the file is nested too deep",
    "too_many_attributes": "the file is too confused to read",
    "too_many_names": "the file is too confused to read",
    "token_too_long": "the file has an overlong piece",
    # JSON
    "bad_json": "the JSON of the file is damaged",
    "not_a_document": "the JSON is a single value, no document",
    "too_many_values": "the JSON has too many values",
}
"""Short enough that a watch shows them with code and offset in 80 characters."""


def refusal(code: str, offset: int, detail: str = "") -> FormatError:
    """Build the error for a fault at byte ``offset``; ``detail`` goes where it does not fit a watch's screen."""
    meaning = MEANINGS[code]
    error = FormatError(code, offset, f"{meaning}, {detail}" if detail else meaning)
    return error if len(error.message) <= _LONGEST else FormatError(code, offset, meaning)
