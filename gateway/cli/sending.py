"""Sending files one after the other to a gateway anywhere, a line for what became of each."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.bar import Bar
from gateway.cli.remembered import Remembered
from gateway.cli.tables import printable

if TYPE_CHECKING:
    from gateway.client import Client, Refused, Uploaded

_FOR_GOOD: Final = ("invalid_file", "unsupported_type")  # no other answer will come; the gateway keeps the bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A file to send, and its path below the folder that was named."""

    file: Path
    below: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file, or of one in an archive: ``new``, ``same``, ``known`` (sent earlier) or ``refused``.

    ``earlier``: it was refused when it was sent earlier, and has not changed since.
    """

    file: str
    result: str
    path: str | None = None
    version: int | None = None
    m: str | None = None
    earlier: bool | None = None


class Sending:
    """Sends files to where their content belongs, or into ``folder``; ``broken`` says why it could not go on."""

    def __init__(self, client: "Client", remembered: Remembered, folder: str | None, bar: Bar, *, quiet: bool) -> None:
        self.broken = ""
        self.outcomes: list[Outcome] = []
        self._client = client
        self._remembered = remembered
        self._folder = folder
        self._bar = bar
        self._quiet = quiet

    def all(self, found: Sequence[Found]) -> None:
        """Send all, until the gateway cannot be reached any more or does not know the key."""
        from gateway.client import ClientError  # noqa: PLC0415 - other commands should not wait for it

        try:
            self._bar.count = len(found)
            for number, each in enumerate(found):
                self._bar.begin(each.file.name)
                try:
                    self._one(each)
                except ClientError as error:
                    self.broken = f"{error}; {len(found) - number} of {len(found)} files were not sent"
                    return
        finally:
            self._bar.clear()
            self._remembered.save()

    def tell(self, outcome: Outcome) -> None:
        """Print a line, of refusals on standard error; what was sent earlier is not worth one."""
        self.outcomes.append(outcome)
        if self._quiet or outcome.earlier:
            return
        self._bar.clear()
        path, note = printable(outcome.path or ""), printable(outcome.m or "")
        if outcome.result == "refused":
            click.echo(f"refused {printable(outcome.file)}: {note}", err=True)
        elif outcome.result != "known":
            click.echo(f"{'there already' if outcome.result == 'same' else 'new'} {path}")
            if note:
                click.echo(f"wristgate: {path}: {note}", err=True)

    def told(self) -> list[dict[str, object]]:
        """Give all outcomes for JSON."""
        return [
            {key: value for key, value in asdict(outcome).items() if value is not None} for outcome in self.outcomes
        ]

    def _one(self, each: Found) -> None:
        from gateway.client import Misused, Refused  # noqa: PLC0415

        name = _text(str(each.file))
        try:
            state, fate = Remembered.look(each.file), self._remembered.of(each.file)
            if fate:
                result = "refused" if fate.refused else "known"
                self.tell(Outcome(name, result, m=fate.refused, earlier=True if fate.refused else None))
                return
            to = None if self._folder is None else f"{self._folder.rstrip('/')}/{_text(each.below)}"
            uploaded = self._client.upload(each.file, to=to, progress=self._bar.went)
            outcomes = list(_outcomes(name, uploaded))
            refusals = list(_refusals(uploaded))
            if all(refusal.word in _FOR_GOOD for refusal in refusals):
                self._remembered.note(each.file, state, refusals[0].message if refusals else None)
        except Refused as error:
            if error.unauthorized:
                raise
            outcomes = [Outcome(name, "refused", m=error.message)]
            if error.word in _FOR_GOOD:
                self._remembered.note(each.file, state, error.message)
        except (OSError, Misused) as error:
            outcomes = [Outcome(name, "refused", m=getattr(error, "strerror", None) or str(error))]
        for outcome in outcomes:
            self.tell(outcome)


def _outcomes(file: str, result: "Uploaded") -> Iterator[Outcome]:
    """Tell of a file, or of each in an archive."""
    for member in result.members:
        name = f"{file}: {member.name}"
        if member.uploaded:
            yield from _outcomes(name, member.uploaded)
        elif member.refused:
            yield Outcome(name, "refused", m=member.refused.message)
    if not result.members:
        note = f"another version lies at {result.conflict.copy_path}" if result.conflict else result.warning
        yield Outcome(file, "same" if result.same else "new", result.path, result.version, note)


def _refusals(result: "Uploaded") -> "Iterator[Refused]":
    """Give what was refused of an archive."""
    for member in result.members:
        if member.uploaded:
            yield from _refusals(member.uploaded)
        elif member.refused:
            yield member.refused


def _text(name: str) -> str:
    """Give a name of this machine's as text; letters that are none become question marks."""
    return os.fsencode(name).decode("utf-8", "replace")
