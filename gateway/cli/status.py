"""``wristgate status``: whether all is well, and if not why; then what there is."""

import sys
from typing import TYPE_CHECKING, Final

import click

from gateway import __version__
from gateway.cli.asjson import print_json
from gateway.cli.context import address, fail_without_data, read_config, refuse_root
from gateway.cli.premises import Health
from gateway.cli.state import State, backed_up, inside, outside, told
from gateway.cli.tables import moment, pairs, printable, show
from gateway.wording import ago, counted, size

if TYPE_CHECKING:
    from gateway.service.overview import Done, Overview

UNWELL: Final = 3  # exit code
_NAME: Final = 40  # letters of a device's name


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def status(*, as_json: bool) -> None:
    """Say whether the gateway is well, and if not why; then what there is: devices, files, disk, backup.

    Exits 0 when all is well, 3 when something is not.

    \b
    Examples:
      wristgate status
      wristgate status --json
      wristgate status > /dev/null || echo "look at the gateway"
    """  # noqa: D301
    from gateway.assembly import Gateway  # noqa: PLC0415

    config = read_config()
    opened = Gateway(config, polite=True)
    if not opened.store.exists():
        fail_without_data(config)
    refuse_root(opened.store.path)
    state = outside(config, opened.store.path)
    try:
        inside(state, opened, everything=as_json)
    finally:
        opened.store.close()
    if as_json:
        print_json(told(state), indent=True)
    else:
        _print(state)
    sys.exit(UNWELL if state.problems else 0)


def _print(state: State) -> None:
    _print_verdict(state)
    rows = [
        ("Gateway", _process(state.gateway, state.health)), ("Address", address(state.config)),
        ("Agent", "running" if state.agent is not None else "not running"), ("Backup", _backup(state)),
        ("Verified", _done(state, state.overview.verified if state.overview else None) or "not yet: wristgate verify"),
        ("Clean-up", _done(state, state.overview.cleaned if state.overview else None, "removed ") or "not yet"),
        ("Disk", f"{size(state.sizes.total)} used, {size(state.free)} free"),
        ("Database", f"{size(state.sizes.database)}, and {size(state.sizes.wal)} of newest changes beside it"),
    ]  # fmt: skip
    if state.overview is not None:
        rows.append(("Holds", _holds(state.overview)))
        rows += [("Waiting", line) for line in _waiting(state.overview)]
    pairs([*rows, ("Version", __version__)])
    if state.devices:
        _print_devices(state)


def _print_verdict(state: State) -> None:
    words = [("Not well" if state.problems else "All is well", "bold red" if state.problems else "bold green")]
    if not sys.stdout.isatty():
        show(
            (),
            [
                ("Status", words[0][0]),
                *(("Problem", text) for text in state.problems),
                *(("Note", text) for text in state.notes),
            ],
        )
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(Text.assemble(*words))
    for mark, style, texts in (("✗", "red", state.problems), ("!", "yellow", state.notes)):
        for text in texts:
            console.print(Padding(Text.assemble((f"{mark} ", style), printable(text)), (0, 0, 0, 2)))
    console.print()


def _print_devices(state: State) -> None:
    assert state.overview is not None
    if sys.stdout.isatty():
        click.echo()
    rows = []
    for device, pending in state.devices:
        name = device.name if len(device.name) <= _NAME else f"{device.name[: _NAME - 1]}…"
        synced = "never" if device.last_sync is None else ago(state.now - device.last_sync)
        rows.append(
            (name, synced, str(pending) if pending else "-")
            if sys.stdout.isatty()
            else ("Device", name, moment(device.last_sync), str(pending))
        )
    show(("Device", "Last sync", "Files waiting"), rows, right=("Files waiting",))
    if len(state.overview.devices) > len(state.devices):
        more = len(state.overview.devices) - len(state.devices)
        click.echo(f"and {counted(more, 'more device')}: wristgate devices", err=not sys.stdout.isatty())


def _process(process: int | None, answer: Health | None) -> str:
    if process is None:
        return "not running"
    running = f"running, process {process}" if process else "running"
    return f"{running}, answers in {answer.milliseconds:.0f} ms" if answer and answer.well else running


def _backup(state: State) -> str:
    done = _done(state, backed_up(state))
    return done or ("none yet" if state.config.backup_to else "no backup is set up")


def _done(state: State, done: "Done", did: str = "") -> str:
    """Say when a chore was done, and what it said of it."""
    return f"{ago(state.now - done[0])}, {did}{done[1]}" if done else ""


def _holds(seen: "Overview") -> str:
    counts = seen.counts
    return ", ".join((
        counted(counts.files, "file"), counted(counts.activities, "activity", "activities"),
        counted(counts.users, "user"), counted(len(seen.devices), "device"),
    ))  # fmt: skip


def _waiting(seen: "Overview") -> list[str]:
    """Say what waits for a person."""
    waiting = []
    if seen.counts.conflicts:
        waiting.append(f"{counted(seen.counts.conflicts, 'conflict')}: wristgate conflicts")
    if seen.counts.refused:
        waiting.append(f"{counted(seen.counts.refused, 'refused upload')}: wristgate refused")
    return waiting
