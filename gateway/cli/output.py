"""The bytes of a file, to a file or to standard output."""

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from unicodedata import category

import click

from gateway.cli.context import fail

_BLANKS: Final = "\t\n\r\f"


def write_out(pieces: Iterable[bytes], name: str, output: Path | None) -> None:
    """Write a file that is called ``name`` to ``output``, else to standard output; a terminal gets text only."""
    if output is None and sys.stdout.isatty():
        pieces = _texts(pieces, name)
    if output is None or (output.exists() and not output.is_file()):
        with click.open_file(str(output or "-"), "wb") as target:
            target.writelines(pieces)
        return
    beside = output.with_name(f".{output.name}.{os.getpid()}")  # what is there stays until all of it has come
    try:
        with beside.open("wb") as target:
            target.writelines(pieces)
        beside.replace(output)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(output)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _texts(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Give the pieces of a text; what else a terminal takes for more than letters ends the command."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError:
            text = "\0"
        if any(category(letter) == "Cc" and letter not in _BLANKS for letter in text):
            fail(f"{name} is no text that a terminal can show: write it to a file, -o FILE")
        yield piece
