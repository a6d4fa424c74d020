"""Forgetting what is over: links, sessions, codes, unfinished uploads, remembered answers, refused bytes."""

from typing import Final

from gateway.service.clock import Clock, unix_time
from gateway.service.uploads import UPLOAD_SECONDS
from gateway.store import Transaction, Write

DAY: Final = 24 * 3600
REMEMBER: Final = 30 * DAY


def forget(clock: Clock = unix_time) -> Write[None]:
    """Remove what has expired, in one short transaction; run it every hour or so."""
    now = clock()

    def write(transaction: Transaction) -> None:
        transaction.links.expire(now)
        transaction.sessions.expire(now)
        transaction.pairings.expire(now - DAY)
        transaction.uploads.expire(now - UPLOAD_SECONDS)
        transaction.answers.expire(now - REMEMBER)
        for rejection, digest in transaction.rejected.before(now - REMEMBER):
            transaction.rejected.remove(rejection)
            transaction.contents.collect(digest)

    return write
