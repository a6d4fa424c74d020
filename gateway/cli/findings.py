"""What a look at one file finds: its facts, or why there are none."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gateway.formats.moments import iso

if TYPE_CHECKING:
    from gateway.model import Summary

STDIN: Final = "-"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest file that is looked into."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is not valid: a code of ``formats.refusals``, ``unreadable`` or ``too_large``.

    ``offset`` is the byte, where one is to blame.
    """

    code: str
    offset: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A file as it was named, its format as far as it is known, and its summary or its problem."""

    file: str
    format: str | None
    summary: "Summary | None"
    problem: Problem | None

    @property
    def shown(self) -> str:
        """The name of the file as text, also where its bytes are none."""
        return os.fsencode(self.file).decode(errors="replace")


def look(file: str) -> tuple[Finding, bytes]:
    """Read a file, or standard input for ``-``, and check it; whatever is wrong with it is its problem."""
    try:
        data = _content(file)
    except OSError as error:
        return _unread(file, "unreadable", error.strerror or str(error))
    if data is None or len(data) > LARGEST:
        return _unread(file, "too_large", f"the file has more than {LARGEST // 1024**2} MB")
    return _check(file, data), data


def _content(file: str) -> bytes | None:
    """Return the bytes of a file, of a longer one ``None`` or one byte too many."""
    if file == STDIN:
        return sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
    with open(file, "rb") as source:  # noqa: PTH123  as it was typed
        return None if os.fstat(source.fileno()).st_size > LARGEST else source.read(LARGEST + 1)


def _unread(file: str, code: str, message: str) -> tuple[Finding, bytes]:
    return Finding(file, None, None, Problem(code, None, message)), b""


def _check(file: str, data: bytes) -> Finding:
    from gateway.formats import FormatError, check_name, detect, read  # noqa: PLC0415  others should not wait for them

    try:
        summary = read(data)
        check_name(summary.type, file)
    except FormatError as error:
        try:
            known = str(detect(data))
        except FormatError:
            known = None
        return Finding(file, known, None, Problem(error.code, error.offset, error.message))
    return Finding(file, str(summary.type), summary, None)


def told(finding: Finding) -> Mapping[str, Any]:
    """Return the facts of a file under the keys that scripts know; all of them, ``None`` for what is not known."""
    summary, problem = finding.summary, finding.problem
    device = summary and summary.device
    return {
        "file": finding.shown,
        "format": finding.format,
        "valid": problem is None,
        "kind": summary and (summary.subtype or summary.kind),
        "sport": summary and summary.sport,
        "start_time": None if summary is None or summary.start is None else iso(summary.start),
        "duration_s": summary and summary.elapsed,
        "moving_s": summary and summary.moving,
        "distance_m": summary and summary.distance,
        "ascent_m": summary and summary.ascent,
        "avg_hr": summary and summary.avg_hr,
        "max_hr": summary and summary.max_hr,
        "n_records": summary and summary.records,
        "n_laps": summary and len(summary.laps),
        "n_sessions": summary and len(summary.sessions),
        "device": summary and {"manufacturer": device and device.manufacturer, "product": device and device.product},
        "error": problem and {"code": problem.code, "offset": problem.offset, "message": problem.message},
    }
