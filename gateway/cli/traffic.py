"""``wristgate traffic``: who used the gateway how much, and when."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import looking
from gateway.cli.tables import show
from gateway.wording import size

if TYPE_CHECKING:
    from gateway.service.traffic import Told

_BARS: Final = "▁▂▃▄▅▆▇█"
_MOST_BARS: Final = 14
_WIDTH: Final = 20  # cells of the longest bar
_NOBODY: Final = "no device or key"


@dataclass(slots=True)
class Row:
    """Sums, with the bytes of each day."""

    name: str
    days: dict[str, int]
    requests: int = 0
    received: int = 0
    sent: int = 0
    uploads: int = 0
    errors: int = 0

    def add(self, told: "Told") -> None:
        """Add what was used on a day."""
        used = told.used
        self.requests += used.requests
        self.received += used.received
        self.sent += used.sent
        self.uploads += used.uploads
        self.errors += used.errors
        self.days[used.day] = self.days.get(used.day, 0) + used.received + used.sent

    @property
    def cells(self) -> list[str]:
        """The row as text, but for its bars."""
        counts = (f"{self.requests:,}", size(self.received), size(self.sent), f"{self.uploads:,}", f"{self.errors:,}")
        return [self.name, *counts]


@click.command()
@click.option("--device", metavar="NAME", help="Only this device or key, by name or id.")
@click.option("--user", "email", metavar="EMAIL", help="Only this user's devices and keys.")
@click.option("--days", type=click.IntRange(1, 400), default=14, show_default=True, help="How many days, with today.")
@click.option(
    "--by",
    type=click.Choice(["device", "day", "user"]),
    help="What makes a row: device, unless there is only one, day.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, an object a day and device.")
def traffic(*, device: str | None, email: str | None, days: int, by: str | None, as_json: bool) -> None:
    """Show how much devices and keys have used the gateway: requests, bytes, new files, errors.

    Bytes are those of bodies. Counts are written every 10 seconds, and kept for 400 days. Days are this machine's.

    \b
    Examples:
      wristgate traffic
      wristgate traffic --device "fenix 7" --days 30
      wristgate traffic --by user --json
    """  # noqa: D301
    with looking() as opened:
        from gateway.service.clock import unix_time  # noqa: PLC0415
        from gateway.service.senders import called, senders  # noqa: PLC0415
        from gateway.service.traffic import report, today  # noqa: PLC0415

        chosen = None if device is None else called(senders(opened.store), device)
        user = None if email is None else opened.accounts.find(email).id
        told = report(opened.store, days, chosen, user)
        last = today(unix_time())
    if as_json:
        _print_json(told)
        return
    by = by or ("day" if device else "device")
    span = [(last - timedelta(days=back)).isoformat() for back in reversed(range(days))]
    if not told:
        time = "today" if days == 1 else f"in the last {days} days"
        click.echo(f"Nobody has used the gateway {time}; what goes on now is written down every 10 seconds.", err=True)
    elif by == "day":
        _print_days(_rows(told, lambda item: item.used.day), span)
    else:
        _print_rows(_rows(told, _BY[by]), span, by)


_BY: "Final[dict[str, Callable[[Told], str]]]" = {
    "device": lambda told: told.used.sender,
    "user": lambda told: told.user,
}


def _rows(told: "Iterable[Told]", key: "Callable[[Told], str]") -> list[Row]:
    """Sum up what has the same key, most bytes first."""
    rows: dict[str, Row] = {}
    for item in told:
        place = key(item)
        if place not in rows:
            named = place if key is not _BY["device"] or not item.sender else item.sender.name
            rows[place] = Row(named or _NOBODY, {})
        rows[place].add(item)
    return sorted(rows.values(), key=lambda row: row.received + row.sent, reverse=True)


def _print_rows(rows: Sequence[Row], span: Sequence[str], by: str) -> None:
    headings = [by.capitalize(), "Requests", "In", "Out", "Files", "Errors"]
    if not sys.stdout.isatty():
        show(headings, (row.cells for row in rows))
        return
    cells = [[*row.cells, _sparks(row, span)] for row in rows]
    if len(rows) > 1:
        cells.append([*_sum(rows).cells, _sparks(_sum(rows), span)])
    last = date.fromisoformat(span[-1])
    title = f"{date.fromisoformat(span[0]):%-d %b} to {last:%-d %b}" if len(span) > 1 else f"{last:%-d %b}"
    show([*headings, title], cells, right=headings[1:], fold=headings[:1], drop=[title])


def _print_days(rows: Sequence[Row], span: Sequence[str]) -> None:
    """Print a row a day from the first on when there was something, the last one last."""
    known = {row.name: row for row in rows}
    headings = ["Day", "Requests", "In", "Out", "Files", "Errors"]
    if not sys.stdout.isatty():
        show(headings, (known[day].cells for day in span if day in known))
        return
    most = max(row.received + row.sent for row in rows)
    span = span[span.index(min(known)) :]
    cells = []
    for day in span:
        row = known.get(day, Row(day, {}))
        width = _WIDTH * (row.received + row.sent) / most if most else 0
        bar = "█" * round(width) or ("▏" if row.requests else "")
        cells.append([f"{date.fromisoformat(day):%a %-d %b}", *(row.cells[1:] if row.requests else [""] * 5), bar])
    show([*headings, "Bytes"], cells, right=headings[1:], drop=["Bytes"])


def _sum(rows: Iterable[Row]) -> Row:
    whole = Row("all", {})
    for row in rows:
        for field in ("requests", "received", "sent", "uploads", "errors"):
            setattr(whole, field, getattr(whole, field) + getattr(row, field))
        for day, count in row.days.items():
            whole.days[day] = whole.days.get(day, 0) + count
    return whole


def _sparks(row: Row, span: Sequence[str]) -> str:
    """Draw a bar a day, or for several days one."""
    step = -(-len(span) // _MOST_BARS)
    first = len(span) % step  # the last bar is of whole days
    parts = [span[:first]] if first else []
    parts += [span[at : at + step] for at in range(first, len(span), step)]
    sums = [sum(row.days.get(day, 0) for day in part) for part in parts]
    most = max(sums)
    return "".join(_BARS[min(7, 8 * count // (most + 1))] if count else "·" for count in sums)


def _print_json(told: "Iterable[Told]") -> None:
    rows = [
        {
            "day": item.used.day, "id": item.used.sender or None, "name": item.sender.name if item.sender else None,
            "type": item.sender.type if item.sender else None, "user": item.user or None,
            "requests": item.used.requests, "bytes_in": item.used.received, "bytes_out": item.used.sent,
            "uploads": item.used.uploads, "errors": item.used.errors,
        }
        for item in told
    ]  # fmt: skip
    print_json(rows)
