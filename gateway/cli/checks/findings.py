"""What a check found."""

from dataclasses import dataclass
from typing import Final

OK: Final = "ok"
NOTE: Final = "note"
WARNING: Final = "warning"
PROBLEM: Final = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how it is; ``remedy`` says what to do, and is empty where nothing is."""

    level: str
    about: str
    text: str
    remedy: str = ""
