"""One line of a terminal, written over and over: how much of each file has gone, or what is waited for."""

import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.layout import cells, cut
from gateway.cli.tables import printable
from gateway.wording import size

if TYPE_CHECKING:
    from gateway.client import ClientError

_WIDTH: Final = 20  # cells
_STEPS: Final = 1000  # times that the line of one file is written at most
_CLEAN: Final = "\r\x1b[2K"


class Bar:
    """The line on standard error; where that is no terminal, there is none. ``clear`` it before anything is printed."""

    def __init__(self) -> None:
        self.count = 0
        self._number = 0
        self._name = ""
        self._step = -1
        self._shown = sys.stderr.isatty()
        self._drawn = False

    def begin(self, name: str) -> None:
        """Go on to the next file."""
        self._number += 1
        self._name, self._step = printable(name), -1

    def went(self, done: int, whole: int) -> None:
        """Show how many bytes of the file have gone."""
        step = _STEPS * done // whole if whole else _STEPS
        if step == self._step:
            return
        self._step = step
        filled = "━" * (_WIDTH * step // _STEPS)
        self._draw(f"{filled:<{_WIDTH}}  {size(done)} of {size(whole)}")

    def waits(self, error: "ClientError", seconds: float) -> None:
        """Show what keeps the file from going, and when it is tried again."""
        self._step = -1
        self._draw(f"trying again in {seconds:.0f} s: {printable(str(error))}")

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            click.echo(_CLEAN, err=True, nl=False, color=True)
            self._drawn = False

    def _draw(self, state: str) -> None:
        if not self._shown:
            return
        room = shutil.get_terminal_size().columns - 1
        file = f"{self._number}/{self.count} {self._name}"
        name = cut(file, max(room - cells(state) - 2, _WIDTH))
        click.echo(_CLEAN + cut(f"{name}  {state}", room), err=True, nl=False, color=True)
        self._drawn = True
