"""``wristgate logs``: what the gateway has logged, and what it logs now."""

import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.context import fail, read_config
from gateway.cli.tables import printable
from gateway.cli.times import Moment

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.cli.logread import Line
    from gateway.store.senders import Sender

USUAL: Final = 50  # lines, unless times are given
POLL: Final = 0.25  # seconds between two looks for more
_COLUMNS: Final = ("level", "status", "method", "path", "ms", "device", "in", "out", "id", "message")
_STYLES: Final = {"2": "green", "3": "cyan", "4": "yellow", "5": "red", "0": "red"}
_LOUD: Final = {"warning": "yellow", "error": "red", "critical": "red"}


@click.command()
@click.option("--device", metavar="NAME", help="Only requests of this device or key, by name or id.")
@click.option(
    "--level", type=click.Choice(["debug", "info", "warning", "error"]), default="debug", help="Only from this one on."
)
@click.option("--since", type=Moment(), metavar="WHEN", help="From then on: 2h, 2026-05-01, '2026-05-01 18:30', 18:30.")
@click.option("--until", type=Moment(), metavar="WHEN", help="Up to then.")
@click.option("--id", "request", metavar="ID", help="Only this request: the X-Request-Id of its answer.")
@click.option("--path", metavar="TEXT", help="Only requests whose path has this in it.")
@click.option("--status", metavar="CODE", help="Only answers like 404, or 4xx, 5xx.")
@click.option("-n", "--lines", type=click.IntRange(0), help=f"The last so many; {USUAL} unless --since or --until.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line, as it was logged.")
def logs(
    *, device: str | None, level: str, since: float | None, until: float | None, request: str | None, path: str | None,
    status: str | None, lines: int | None, follow: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what the gateway has logged, oldest first.

    The lines are in the data folder, the last SYNC_LOG_KEEP MB of them; also when the gateway does not run.

    \b
    Examples:
      wristgate logs --follow
      wristgate logs --device "fenix 7" --since 2h
      wristgate logs --level warning --since 2026-05-01 --until 2026-05-08
      wristgate logs --status 5xx --json
    """  # noqa: D301
    from gateway.cli.logfile import FOLDER  # noqa: PLC0415
    from gateway.cli.logread import Log, Wanted, parsed  # noqa: PLC0415

    if status is not None and not re.fullmatch("[1-5][0-9x]{2}", status, re.IGNORECASE | re.ASCII):
        raise click.UsageError(f"--status takes a number like 404 or a class like 5xx, not {status}")
    config = read_config()
    folder = config.data_dir / FOLDER
    known = _senders(config.data_dir)
    devices = None if device is None else _ids(known, device)
    wanted = Wanted(devices, level, since, until, request, path, status.lower() if status else None)
    most = USUAL if lines is None and since is None and until is None else lines
    tell = _json_lines() if as_json else _teller({sender.id: sender.name for sender in known})
    with Log(folder) as log:
        last = log.last(wanted, most) if most != 0 else []
        tell(filter(None, map(parsed, last)))
        if follow:
            with suppress(KeyboardInterrupt):
                for line in log.follow(_pause):
                    tell([line] if wanted.has(line) else [])
        elif not last:
            _explain(folder, config.log_keep)


def _senders(folder: "Path") -> "list[Sender]":
    """List devices and keys, as far as there is a database that can be read: the log tells more when there is not."""
    from gateway.errors import GatewayError  # noqa: PLC0415
    from gateway.sealing import Keyring  # noqa: PLC0415
    from gateway.service.senders import senders  # noqa: PLC0415
    from gateway.store import Store  # noqa: PLC0415

    store = Store(folder, Keyring.in_folder(folder), polite=True)
    if not store.exists():
        return []
    try:
        return senders(store.look())
    except GatewayError:
        return []
    finally:
        store.close()


def _ids(known: "Iterable[Sender]", device: str) -> frozenset[str]:
    from gateway.errors import NotFound  # noqa: PLC0415
    from gateway.service.senders import called  # noqa: PLC0415

    try:
        return called(known, device)
    except NotFound as error:
        fail(error.message)


def _pause() -> bool:
    time.sleep(POLL)
    return False


def _explain(folder: "Path", keep: int) -> None:
    """Say why there is nothing to show; where no line can be, the command has failed."""
    if folder.is_dir():
        click.echo("No line is like that.", err=True)
    elif not keep:
        fail("No log is kept: SYNC_LOG_KEEP is 0.")
    else:
        fail(f"There is no log in {folder} yet; a gateway that runs writes one.")


def _json_lines() -> "Callable[[Iterable[Line]], None]":
    import json  # noqa: PLC0415  what is not ASCII stays escaped, as it was

    def tell(lines: "Iterable[Line]") -> None:
        for line in lines:
            click.echo(json.dumps(line))

    return tell


def _teller(names: Mapping[str, str]) -> "Callable[[Iterable[Line]], None]":
    """Give what prints lines: readable ones on a terminal, else with tabs between."""
    if not sys.stdout.isatty():
        return lambda lines: _print_rows(lines, names)
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)

    def tell(lines: "Iterable[Line]") -> None:
        for line in lines:
            text = Text.assemble(*((printable(part), style) for part, style in _parts(line, names)))
            console.print(text, soft_wrap=True)
            for below in str(line.get("error", "")).splitlines():
                console.print(Text(f"    {printable(below)}", style="dim"), soft_wrap=True)

    return tell


def _print_rows(lines: "Iterable[Line]", names: Mapping[str, str]) -> None:
    for line in lines:
        row = line | {"device": _named(line, names)}
        cells = [
            _time(line, "%Y-%m-%dT%H:%M:%S"),
            *("-" if row.get(key) is None else str(row[key]) for key in _COLUMNS),
        ]
        click.echo("\t".join(map(printable, cells)))


def _parts(line: "Line", names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the parts of a readable line, each with its style."""
    level, request = str(line.get("level", "")), str(line.get("id") or "")
    parts = [(_time(line, "%m-%d %H:%M:%S "), "dim")]
    if "method" not in line:
        return [
            *parts,
            (f"{level} ", _LOUD.get(level, "dim")),
            (str(line.get("message", "")), ""),
            (f" {request}", "dim"),
        ]
    status = str(line.get("status", ""))
    parts += [(f"{status:>3} ", _STYLES.get(status[:1], "")), (f"{line['method']} {line.get('path', '')}", "")]
    parts += [(f" {line['ms']} ms", "dim")] if "ms" in line else []
    named = _named(line, names)
    return [*parts, (f" {named}" if named else "", "cyan"), (f" {request}", "dim")]


def _named(line: "Line", names: Mapping[str, str]) -> Any:
    device = line.get("device")
    return names.get(device, device) if isinstance(device, str) else device


def _time(line: "Line", pattern: str) -> str:
    from gateway.cli.logread import moment_of  # noqa: PLC0415

    at = moment_of(line)
    return "-" if at is None else datetime.fromtimestamp(at).astimezone().strftime(pattern)
