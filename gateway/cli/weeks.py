"""Weeks as bars in the terminal: the time of each, parted by sport."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from gateway.wording import kilometres

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from gateway.service.activities import Sum

WIDTH: Final = 40  # cells of the longest bar, where there is so much room
_BESIDE: Final = 38  # cells that the other columns take
_LEAST: Final = 8
_STYLES: Final = ("blue", "green", "yellow", "magenta", "cyan", "bright_black")
_MARKS: Final = "█▓▒░▚·"  # where there are no colours
_OTHERS: Final = "other sports"


def print_weeks(sums: "Sequence[Sum]") -> None:
    """Print weeks, given newest first, the newest last, and which sport is which."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    sports = _sports(sums)
    longest = max((_seconds(week) for week in sums), default=0)
    scale = max(_LEAST, min(WIDTH, console.width - _BESIDE)) / (longest or 1)
    table = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("right", "left", "right", "right", "right"):
        table.add_column(justify=justify, no_wrap=True)
    for week in reversed(sums):
        assert week.day is not None
        distance = sum(row.distance for row in week.sports)
        count = sum(row.activities for row in week.sports)
        table.add_row(
            Text(f"{week.day:%-d %b}", style="dim"), _bar(console, week, sports, scale), _hours(_seconds(week)),
            kilometres(distance) if distance else "", f"{count}x" if count else "",
        )  # fmt: skip
    console.print()
    console.print(table)
    console.print(_legend(console, sports))


def _sports(sums: "Iterable[Sum]") -> list[str]:
    """Name the sports that took most time, most first; what is left has the last place."""
    seconds: Counter[str] = Counter()
    for week in sums:
        for row in week.sports:
            seconds[row.sport or _OTHERS] += round(row.timer)
    named = [sport for sport, _ in seconds.most_common() if sport != _OTHERS]
    return named if len(named) < len(_STYLES) and _OTHERS not in seconds else [*named[: len(_STYLES) - 1], _OTHERS]


def _bar(console: "Console", week: "Sum", sports: list[str], scale: float) -> "Text":
    """Draw a week, ``scale`` cells a second."""
    from rich.text import Text  # noqa: PLC0415

    bar, reached = Text(), 0.0
    parts = {row.sport or _OTHERS: row.timer for row in week.sports}
    parts = {sport: sum(time for own, time in parts.items() if _place(own, sports) == place)
             for place, sport in enumerate(sports)}  # fmt: skip
    for place, seconds in enumerate(parts.values()):
        begin, reached = round(scale * reached), reached + seconds
        cells = round(scale * reached) - begin
        if cells or (seconds and not bar):
            mark, style = _look(console, place)
            bar.append(mark * cells or "▏", style=style)
    return bar


def _place(sport: str, sports: list[str]) -> int:
    return sports.index(sport) if sport in sports else len(sports) - 1


def _look(console: "Console", place: int) -> tuple[str, str]:
    return (_MARKS[place], "") if console.no_color else (_MARKS[0], _STYLES[place])


def _legend(console: "Console", sports: list[str]) -> "Text":
    from rich.text import Text  # noqa: PLC0415

    legend = Text()
    for place, sport in enumerate(sports):
        mark, style = _look(console, place)
        legend.append(f"  {mark} ", style=style)
        legend.append(sport.replace("_", " "))
    return legend


def _seconds(week: "Sum") -> float:
    return sum(row.timer for row in week.sports)


def _hours(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02} h" if minutes else ""
