"""``wristgate activities``: what was done, and how much of it each week."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import fail, gateway
from gateway.cli.tables import moment, show
from gateway.cli.weeks import print_weeks
from gateway.errors import BadRequest
from gateway.wording import clock, kilometres, pace_of

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.model import Access, Workout
    from gateway.service.activities import Wanted

_PAGE: Final = 500
_WEEK: Final = 7 * 24 * 3600  # seconds


@click.command()
@click.argument("words", nargs=-1)
@click.option("--from", "begin", metavar="DAY", help="The first day, like 2026-05-01.")
@click.option("--to", "end", metavar="DAY", help="The last day.")
@click.option("--sport", metavar="SPORT", help="Like running, cycling, trail_running.")
@click.option("--device", metavar="NAME", help="The device or key that has sent it, by name or id.")
@click.option("--bbox", metavar="W,S,E,N", help="Where it was: west, south, east, north in degrees.")
@click.option("-n", "--limit", type=click.IntRange(1), default=25, show_default=True, help="How many to list.")
@click.option("--weeks", type=click.IntRange(0, 200), default=12, show_default=True, help="How many weeks to draw.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table, without weeks.")
@click.option("--user", "email", metavar="EMAIL", help="Whose activities; without it the owner's.")
def activities(
    words: Sequence[str], *, begin: str | None, end: str | None, sport: str | None, device: str | None,
    bbox: str | None, limit: int, weeks: int, as_json: bool, email: str | None,
) -> None:  # fmt: skip
    """List activities, newest first, those that have all WORDS in their names, sports or devices.

    A workout of which several files and the watch tell is one. Below are the weeks, each with its time by sport.

    \b
    Examples:
      wristgate activities
      wristgate activities lake --sport running --from 2026-01-01
      wristgate activities --bbox 15.3,47.0,15.6,47.2 -n 100
      wristgate activities --json | jq '.[].distance'
    """  # noqa: D301
    with gateway() as opened:
        access = _access(opened, email)
        wanted = _wanted(begin, end, sport, device, bbox, " ".join(words))
        found = _found(opened, access, wanted, limit)
        drawn = not as_json and sys.stdout.isatty() and weeks and found
        sums = _weeks(opened, access, wanted, weeks, found[0].moment) if drawn else []
    if as_json:
        print_json([_told(workout) for workout in found])
        return
    if not found:
        click.echo("There are no such activities." if any((words, begin, end, sport, device, bbox))
                   else "There are no activities yet.", err=True)  # fmt: skip
        return
    show(("When", "Sport", "Name", "Distance", "Time", "Pace", "Climb", "Heart", "Id"), map(_row, found),
         right=("Distance", "Time", "Pace", "Climb", "Heart"), cut=("Name", "Sport"),
         drop=("Heart", "Climb", "Pace", "Name", "Sport"))  # fmt: skip
    if sums:
        print_weeks(sums)


def _access(opened: "Gateway", email: str | None) -> "Access":
    from gateway.service.access import by_command  # noqa: PLC0415

    return by_command(opened.accounts.find(email))


def _wanted(
    begin: str | None, end: str | None, sport: str | None, device: str | None, bbox: str | None, text: str
) -> "Wanted":
    from gateway.service.activities import Wanted, boxes_of  # noqa: PLC0415
    from gateway.service.periods import moment_of  # noqa: PLC0415

    try:
        first = None if begin is None else moment_of(begin, None)
        last = None if end is None else moment_of(end, None, last=True)
    except (ValueError, OverflowError):
        fail("--from and --to take a day like 2026-05-01", 2)
    try:
        boxes = boxes_of(bbox) if bbox else ()
    except BadRequest:
        fail("--bbox takes west,south,east,north in degrees, like 15.3,47.0,15.6,47.2", 2)
    return Wanted(first, last, sport, device, boxes, text or None)


def _found(opened: "Gateway", access: "Access", wanted: "Wanted", limit: int) -> "list[Workout]":
    found: list[Workout] = []
    before: int | None = None
    while len(found) < limit:
        page = opened.activities.page(access, wanted, before, min(limit - len(found), _PAGE))
        found += page.activities
        if (before := page.before) is None:
            break
    return found


def _weeks(opened: "Gateway", access: "Access", wanted: "Wanted", count: int, newest: int) -> list[Any]:
    """Sum up the last weeks, those before the newest activity where nothing was done since.

    A search by device, place or words says nothing about weeks.
    """
    if wanted.device or wanted.boxes or wanted.text:
        return []
    from gateway.service.activities import Wanted  # noqa: PLC0415
    from gateway.service.clock import unix_time  # noqa: PLC0415

    end = wanted.end or unix_time() + 1
    if newest < end - count * _WEEK:
        end = newest + 1
    begin = max(wanted.begin or 0, end - count * _WEEK)
    return opened.activities.totals(access, "week", Wanted(begin, end, wanted.sport))[:count]


def _row(workout: "Workout") -> tuple[str, ...]:
    seconds = workout.timer or workout.elapsed
    return (
        moment(workout.start), (workout.sport or "-").replace("_", " "), workout.name or "",
        kilometres(workout.distance) if workout.distance else "", clock(seconds) if seconds else "",
        pace_of(workout.sport, seconds, workout.distance),
        f"{workout.ascent:,.0f} m" if workout.ascent else "", str(workout.avg_hr or ""), workout.id,
    )  # fmt: skip


def _told(workout: "Workout") -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    from gateway.service.summaries import told_box  # noqa: PLC0415

    told = asdict(workout) | {"bbox": told_box(workout.bbox)}
    return {key: value for key, value in told.items() if key not in {"project", "moment"}}
