"""How often a request that is safe to repeat is sent again, and after what pause."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.client.errors import ClientError, NotTrusted, Refused, Unreachable

_PASSING: Final = ("busy", "rate_limited")
_GATEWAYS: Final = (502, 503, 504)  # what a proxy answers while the gateway starts again
_LONGEST_PAUSE: Final = 30

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Up to ``tries`` attempts, with pauses of 1, 2, 4, ... seconds, or of what the gateway asks for.

    Whoever is asked to wait for longer than ``longest`` seconds is told at once. ``tell`` gets the error and the pause
    before each. Pass another ``sleep`` to watch.
    """

    tries: int = 5
    longest: float = 90
    sleep: Callable[[float], object] = time.sleep
    tell: Callable[[ClientError, float], object] = lambda _error, _seconds: None

    def repeat(self, attempt: Callable[[], T], *, safe: bool = True) -> T:
        """Do it until it is answered; what is not ``safe`` to repeat is done once."""
        failures = 0
        while True:
            try:
                return attempt()
            except (Unreachable, Refused) as error:
                failures += 1
                if not safe:
                    raise
                self.pause(error, failures)

    def pause(self, error: ClientError, failures: int) -> None:
        """Sleep after so many failures, before the next attempt; raises the error where there is to be none."""
        wait = _wait(error)
        if wait is None or failures >= self.tries or wait > self.longest:
            raise error
        seconds = wait or min(_LONGEST_PAUSE, 2 ** (failures - 1))
        self.tell(error, seconds)
        self.sleep(seconds)


def _wait(error: ClientError) -> int | None:
    """Give the seconds that the gateway asks to wait, 0 where it does not say, None where asking again is in vain."""
    if isinstance(error, Refused):
        return error.wait if error.word in _PASSING or error.status in _GATEWAYS else None
    return 0 if isinstance(error, Unreachable) and not isinstance(error, NotTrusted) else None
