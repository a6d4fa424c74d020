"""Options that are moments and spans of time."""

import re
import time
from datetime import datetime
from typing import Any, Final

import click

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def seconds_of(text: str) -> int | None:
    """Read a span of time like 30d, 12h or 2w; None where it is none."""
    match = re.fullmatch(r"([0-9]{1,5})([smhdw])", text.strip().lower(), re.ASCII)
    return int(match[1]) * _UNITS[match[2]] if match else None


class Moment(click.ParamType[float]):
    """A moment as Unix time: so long ago (2h), a day, day and time, or a time of today, in this machine's zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        if (ago := seconds_of(text)) is not None:
            return time.time() - ago
        if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", text, re.ASCII):
            text = f"{datetime.now().astimezone():%Y-%m-%d} {text:0>5}"
        try:
            return datetime.fromisoformat(text).astimezone().timestamp()
        except (ValueError, OverflowError):
            self.fail(f"{value} is no moment; write 2h, 2026-05-01, '2026-05-01 18:30' or 18:30", param, ctx)
