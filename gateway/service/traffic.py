"""Who uses the gateway how much: counted in memory, written down now and then, told to the operator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.service.clock import Clock, unix_time
from gateway.service.senders import senders
from gateway.store import Store, Transaction, Write
from gateway.store.senders import Sender
from gateway.store.traffic import Used

KEEP_DAYS: Final = 400
MOST: Final = 10_000  # days and senders in memory; what is beyond counts as nobody's
NOBODY: Final = ""


class Tally:
    """What one sender has used since the last writing down."""

    __slots__ = ("errors", "received", "requests", "sent", "uploads")

    def __init__(self) -> None:
        self.requests = self.received = self.sent = self.uploads = self.errors = 0


class Traffic:
    """The counts of one process; all of it happens in one thread. A crash loses what was not written down."""

    def __init__(self, clock: Clock = unix_time) -> None:
        self._clock = clock
        self._tallies: dict[str, Tally] = {}
        self._late: list[Used] = []

    def count(self, sender: str, received: int, sent: int, uploads: int, *, failed: bool) -> None:
        """Count a request."""
        tally = self._tallies.get(sender)
        if tally is None:
            tally = self._tallies.setdefault(sender if len(self._tallies) < MOST else NOBODY, Tally())
        tally.requests += 1
        tally.received += received
        tally.sent += sent
        tally.uploads += uploads
        tally.errors += failed

    def take(self) -> list[Used]:
        """Give what was counted since the last time, for the day that it is now."""
        day = today(self._clock()).isoformat()
        taken = self._late + [
            Used(day, sender, tally.requests, tally.received, tally.sent, tally.uploads, tally.errors)
            for sender, tally in self._tallies.items()
        ]
        self._tallies, self._late = {}, []
        return taken

    def put_back(self, taken: list[Used]) -> None:
        """Keep what could not be written down, as far as memory goes."""
        self._late = [*taken, *self._late][:MOST]


def write_down(taken: Iterable[Used]) -> Write[None]:
    """Add counts to what is in the database."""
    return lambda transaction: transaction.traffic.add(taken)


def forget(transaction: Transaction, now: int) -> None:
    """Forget what is older than ``KEEP_DAYS``."""
    transaction.traffic.expire((today(now) - timedelta(days=KEEP_DAYS)).isoformat())


def today(now: int) -> date:
    """Give the day that it is where the gateway runs."""
    return datetime.fromtimestamp(now).astimezone().date()


@dataclass(frozen=True, slots=True)
class Told:
    """What was used on a day, by whom; None: by nobody who showed a credential. ``user`` is an e-mail, or empty."""

    used: Used
    sender: Sender | None
    user: str


def report(
    store: Store, days: int, chosen: frozenset[str] | None = None, user: str | None = None, clock: Clock = unix_time
) -> list[Told]:
    """Tell of the last ``days`` days, today among them; only of senders with these ids, or of one user (by id)."""
    known = {sender.id: sender for sender in senders(store)}
    first = (today(clock()) - timedelta(days=days - 1)).isoformat()
    with store.read() as transaction:
        rows = transaction.traffic.since(first)
        users = {sender.user: transaction.users.by_id(sender.user) for sender in known.values()}
    names = {key: (found.email if found else None) or "owner" for key, found in users.items()}
    told = []
    for row in rows:
        sender = known.get(row.sender)
        if (chosen is None or row.sender in chosen) and (user is None or (sender is not None and sender.user == user)):
            told.append(Told(row, sender, names[sender.user] if sender else ""))
    return told
