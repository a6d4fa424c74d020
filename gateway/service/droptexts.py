"""What is said of a file of the drop folder: in the log, and in the note beside one that was refused."""

from datetime import UTC, datetime
from typing import Final

from gateway.errors import FormatError, GatewayError
from gateway.model import Stored
from gateway.service.droprules import DONE, FAILED, Settled
from gateway.service.intake import Members

_KEPT: Final = "Its bytes are kept for 30 days, too: `wristgate refused` lists it, and what can be saved of it."
_AGAIN: Final = "To have it tried again, move it back into the drop folder."


def of_file(stored: Stored) -> Settled:
    """Tell of a file that is in the tree."""
    there = "was there already as" if stored.duplicate else "taken in as"
    odd = f", though {stored.warning}" if stored.warning else ""
    return Settled(DONE, f"{there} {stored.file.path}{odd}")


def refused(error: GatewayError, now: float, *, kept: bool) -> Settled:
    """Tell of a file that was refused; ``kept``: its bytes are among the refused uploads, too."""
    lines = [f"{_moment(now)}: the gateway did not take this file in: {error.message}."]
    if isinstance(error, FormatError):
        lines.append(f"Code {error.code}, byte {error.offset}.")
    if kept:
        lines.append(_KEPT)
    return Settled(FAILED, f"refused, {error.message}", _text([*lines, _AGAIN]))


def of_archive(results: Members, now: float) -> Settled:
    """Tell of an archive, in the note with a line for each file of it that was refused."""
    failed = [(name, outcome) for name, outcome in results if isinstance(outcome, GatewayError)]
    good = len(results) - len(failed)
    if not failed:
        return Settled(DONE, f"an archive, {_files(good)} taken in")
    lines = [
        f"{_moment(now)}: {_files(good)} taken in from this archive, and not taken in:",
        *(f"- {name or 'the archive itself'}: {error.message}" for name, error in failed),
    ]
    if any(name and isinstance(error, FormatError) for name, error in failed):
        lines.append(
            "Damaged ones are kept for 30 days: `wristgate refused` lists them, and what can be saved of them."
        )
    told = f"an archive, {_files(good)} taken in, {len(failed)} refused"
    return Settled(FAILED, told, _text([*lines, "Tried again, what was taken in stays as it is."]))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
