"""Whom the load is made for: users with watches, phones and routes, there before the gateway starts."""

import io
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.assembly import Gateway
from gateway.config import Config
from gateway.model import User
from gateway.service.keys import read_wish
from gateway.simwatch.sample import RUN_START, bench_activity, route, with_serial
from loadtest.filling import paired

WATCHES: Final = 3  # of a user
ROUTES: Final = 3  # that wait for each of them
DAYS: Final = 60  # different starts of runs
_DAY: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Ground:
    """Tokens of watches, and keys of phones, each one's user apart from the others'."""

    watches: list[str]
    phones: list[str]

    def run(self) -> bytes:
        """Make a FIT file of 100 KB that nobody has sent before."""
        number = next(_numbers)
        return with_serial(_runs()[number % DAYS], number)


_numbers = itertools.count(1)
_made: list[bytes] = []


def _runs() -> list[bytes]:
    if not _made:
        _made.extend(bench_activity(1 + day, RUN_START + day * _DAY) for day in range(DAYS))
    return _made


def prepare(folder: Path, watches: int, phones: int) -> Ground:
    """Make users with so many watches and phones together; takes a tenth of a second each."""
    _runs()
    gateway = Gateway(Config.from_env({"SYNC_DATA_DIR": str(folder)}), polite=True)
    tokens: list[str] = []
    keys: list[str] = []
    try:
        gateway.open()
        while len(tokens) < watches or len(keys) < phones:
            user = gateway.store.write(gateway.accounts.add(f"user{len(keys)}@example.com", "correct horse")).result()
            for number in range(ROUTES):
                _add(gateway, user, f"route-{number}.gpx", route(400 + number))
            tokens += [paired(gateway, user, f"watch {number}") for number in range(WATCHES)]
            wish = read_wish("phone", ("read", "upload"), None)
            keys.append(gateway.store.write(gateway.keys.make(user, wish)).result().secret)
    finally:
        gateway.store.close()
    return Ground(tokens, keys)


def _add(gateway: Gateway, user: User, name: str, data: bytes) -> None:
    gateway.tree.add(user, io.BytesIO(data), name, "/routes")
