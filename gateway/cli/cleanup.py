"""``wristgate cleanup``: remove what need not be kept, or look what would go."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.tables import moment, show
from gateway.cli.times import seconds_of
from gateway.wording import size

if TYPE_CHECKING:
    from gateway.service.freeing import Cleaned, Item

BREATH: Final = 0.02  # seconds between two transactions, for the gateway's
_WHY: Final = {
    "version": "replaced by newer versions",
    "trash": "deleted",
    "refused": "was refused",
    "sign-in": "not used",
    "orphan": "belongs to no file",
}


class Age(click.ParamType[int]):
    """A span of time like 30d, 12h or 2w, in seconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        seconds = seconds_of(str(value))
        if seconds is None:
            self.fail(f"{value} is no age; write 30d, 12h or 2w", param, ctx)
        return seconds


@click.command()
@click.option(
    "--older-than",
    "age",
    type=Age(),
    metavar="AGE",
    help="Use this age for all, refused uploads too, like 30d, 12h or 2w.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Only list what would go, and what that frees.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def cleanup(*, age: int | None, dry: bool, as_json: bool) -> None:
    """Remove what need not be kept, as the gateway does daily.

    That is: earlier versions of files (SYNC_KEEP_VERSIONS, SYNC_KEEP_DAYS, SYNC_KEEP_FOLDERS), files deleted long ago
    (SYNC_TRASH_DAYS), refused uploads of 30 days ago, sign-ins not used for 90 days, and files on the disk that belong
    to nothing. The last versions of every file stay at any age. What can be saved of refused uploads is lost with them:
    wristgate refused lists it.

    \b
    Examples:
      wristgate cleanup --dry-run
      wristgate cleanup --older-than 30d
      wristgate cleanup --older-than 12h --dry-run --json
    """  # noqa: D301
    items: list[Item] = []
    with gateway() as opened, _counted() as look:

        def each(item: "Item") -> None:
            items.append(item)
            look(len(items))

        cleaned = opened.cleanup.run(age=age, dry=dry, each=each, rest=_rest)
    if as_json:
        _print_json(items, cleaned, dry=dry)
    else:
        _print_table(items, cleaned, dry=dry)


def _rest() -> bool:
    time.sleep(BREATH)
    return False


@contextmanager
def _counted() -> Iterator[Callable[[int], None]]:
    """Say on a terminal how many things have been found so far."""
    if not sys.stderr.isatty():
        yield lambda _found: None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("Looking through the files ...") as status:
        yield lambda found: status.update(f"{found:,} found so far ...")


def _print_table(items: "list[Item]", cleaned: "Cleaned", *, dry: bool) -> None:
    rows = [
        (item.path, str(item.version or "-"), moment(item.time), size(item.size), _WHY[item.kind]) for item in items
    ]
    if rows:
        show(("Path", "Version", "When", "Size", "Why"), rows, right=("Version", "Size"), fold=("Path",))
    click.echo(f"{'Would remove' if dry else 'Removed'} {cleaned.sentence}.", err=True)


def _print_json(items: "list[Item]", cleaned: "Cleaned", *, dry: bool) -> None:
    told = [
        {
            "kind": item.kind, "path": item.path, "version": item.version, "size": item.size, "time": item.time,
            "project": item.project,
        }
        for item in items
    ]  # fmt: skip
    print_json({"dry_run": dry, "freed": cleaned.freed, "items": told})
