"""``wristgate upload``: files to a gateway anywhere, by its address and a key; safe to run again and again."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.bar import Bar
from gateway.cli.context import fail
from gateway.cli.remembered import Remembered
from gateway.cli.sending import Found, Outcome, Sending

if TYPE_CHECKING:
    from gateway.client import Client

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--url", envvar="WRISTGATE_URL", help="The gateway's address; otherwise WRISTGATE_URL.")
@click.option("--key-file", type=_FILE, metavar="FILE", help="Where the key stands; otherwise WRISTGATE_KEY has it.")
@click.option("--to", "folder", metavar="FOLDER", help="Where to, like /photos; without it, where the content belongs.")
@click.option("-r", "--recursive", is_flag=True, help="Take what lies deeper in a folder too.")
@click.option("--remember", type=_FILE, metavar="FILE", help="Note there what was sent, and do not send it again.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def upload(
    files: tuple[Path, ...], *, url: str | None, key_file: Path | None, folder: str | None, recursive: bool,
    remember: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Send files, or what lies in a folder, to a gateway anywhere; a line for each.

    A key with the scope upload will do. Sent again, a file is there once. Exits 0 only when all are in; with
    --remember, a damaged file that was refused is told once, and no failure afterwards.

    \b
    Examples:
      export WRISTGATE_URL=https://sync.example.com WRISTGATE_KEY=wg_...
      wristgate upload run.fit tour.gpx
      wristgate upload /media/GARMIN/Garmin/Activity --remember ~/.sent.json
      wristgate upload holiday -r --to /photos/holiday --key-file ~/.wristgate-key
    """  # noqa: D301
    if folder is not None and not folder.startswith("/"):
        fail("--to takes a folder of the gateway's, like /photos", 2)
    bar = Bar()
    client = _client(url, key_file, bar)
    sending = Sending(client, _remembered(remember, f"{client.url} {folder or ''}"), folder, bar,
                      quiet=as_json)  # fmt: skip
    for path in files:
        if not path.exists():
            sending.tell(Outcome(str(path), "refused", m="there is no such file"))
    with client:
        sending.all(list(_found(files, recursive=recursive)))
    if as_json:
        print_json(sending.told())
    if sending.broken:
        fail(sending.broken)
    sys.exit(1 if any(outcome.result == "refused" and not outcome.earlier for outcome in sending.outcomes) else 0)


def _client(url: str | None, key_file: Path | None, bar: Bar) -> "Client":
    from gateway.client import Client, Misused, Patience  # noqa: PLC0415 - other commands should not wait for it

    key = key_file.read_text("utf-8", "replace").strip() if key_file else os.environ.get("WRISTGATE_KEY", "")
    if not url:
        fail("which gateway? say --url https://..., or set WRISTGATE_URL", 2)
    if not key:
        fail("there is no key: make one with wristgate apikey create NAME --scope upload, then set WRISTGATE_KEY", 2)
    try:
        return Client(url, key, patience=Patience(tell=bar.waits))
    except Misused as error:
        fail(str(error), 2)


def _remembered(path: Path | None, purpose: str) -> Remembered:
    try:
        return Remembered.load(path, purpose)
    except ValueError:
        fail(f"{path} has something else in it than what --remember writes: give another file", 2)


def _found(arguments: Sequence[Path], *, recursive: bool) -> Iterator[Found]:
    for path in arguments:
        if path.is_dir():
            for file in _inside(path, recursive=recursive):
                yield Found(file, file.relative_to(path).as_posix())
        elif path.exists():
            yield Found(path, path.name)


def _inside(folder: Path, *, recursive: bool) -> Iterator[Path]:
    """Name the files in a folder, by name; hidden ones are left alone."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_file():
            yield entry
        elif recursive and entry.is_dir() and not entry.is_symlink():
            yield from _inside(entry, recursive=True)
