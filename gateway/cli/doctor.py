"""``wristgate doctor``: what is wrong with the way a gateway is set up, and what to do about it."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from gateway.cli import context
from gateway.cli.asjson import print_json
from gateway.cli.tables import printable, show
from gateway.wording import counted

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.cli.checks.findings import Finding

_MARKS: Final = {"ok": ("✓", "green"), "note": ("i", "cyan"), "warning": ("!", "yellow"), "problem": ("✗", "bold red")}


@click.command()
@click.option("--deep", is_flag=True, help="Check every page of the database, however long that takes.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def doctor(*, deep: bool, as_json: bool) -> None:
    """Look for what is wrong with this gateway's setup, and say what to do about it.

    It looks at the data folder, keys, disk, clock, limits and the database, and at the address in SYNC_BASE_URL: its
    certificate as watches see it, whether it leads here, and what the proxy does. It changes nothing and asks nobody
    else. Exits 1 when there is a problem.

    \b
    Examples:
      wristgate doctor
      wristgate doctor --deep
      wristgate doctor --json
    """  # noqa: D301
    opened = context.found()
    try:
        if as_json:
            found = list(_findings(opened, deep=deep))
            _print_json(found)
        else:
            found = _print(_findings(opened, deep=deep))
    finally:
        opened.store.close()
    sys.exit(1 if any(finding.level == "problem" for finding in found) else 0)


def _findings(opened: "Gateway", *, deep: bool) -> "Iterator[Finding]":
    from gateway.cli.checks.address import address  # noqa: PLC0415
    from gateway.cli.checks.backups import backups  # noqa: PLC0415
    from gateway.cli.checks.database import database  # noqa: PLC0415
    from gateway.cli.checks.folder import permissions, space  # noqa: PLC0415
    from gateway.cli.checks.keys import keys, sealed  # noqa: PLC0415
    from gateway.cli.checks.running import limits, processes  # noqa: PLC0415

    config, path = opened.config, opened.store.path
    yield from processes(config)
    yield from permissions(config, path)
    yield from keys(config)
    yield from space(config, path)
    yield from database(opened.store, deep=deep)
    yield from sealed(opened)
    yield from backups(config, opened.store)
    yield from limits(config)
    yield from address(config, opened.token_key)


def _print(findings: "Iterable[Finding]") -> "list[Finding]":
    """Print each as it is found; with tabs between in a pipe."""
    found: list[Finding] = []
    if not sys.stdout.isatty():
        for finding in findings:
            found.append(finding)
            show((), [(finding.level, finding.about, finding.text, finding.remedy)])
        return found
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    for finding in findings:
        found.append(finding)
        mark, style = _MARKS[finding.level]
        text = Text(printable(finding.text))
        if finding.remedy:
            text.append(f"\n→ {printable(finding.remedy)}", style="bold")
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(width=14, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(mark, style=style), Text(finding.about, style=style if finding.level != "ok" else ""), text)
        console.print(grid)
    console.print()
    console.print(_verdict(found))
    return found


def _verdict(found: "Iterable[Finding]") -> str:
    levels = Counter(finding.level for finding in found)
    parts = [counted(levels[level], level) for level in ("problem", "warning", "note") if levels[level]]
    return f"{', '.join(parts)}." if parts else "Nothing is wrong."


def _print_json(found: "list[Finding]") -> None:
    problems = sum(finding.level == "problem" for finding in found)
    told = {"problems": problems, "findings": [asdict(finding) for finding in found]}
    print_json(told, indent=True)
