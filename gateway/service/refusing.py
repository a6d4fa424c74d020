"""Keeping the bytes of a refused upload for their owner, with the reason."""

from typing import Final

from gateway.auth.tokens import new_id
from gateway.errors import FormatError, OverQuota
from gateway.model import Actor, Content, Rejection
from gateway.store import Transaction

KEEP_REJECTED: Final = 50
"""Refused files that are kept of one device or key; one more drops the oldest."""


def keep_refused(
    transaction: Transaction, actor: Actor, name: str, content: Content, error: FormatError, now: int
) -> list[str]:
    """Keep refused bytes, unless there is no room; gives the places of contents that nobody needs after the commit."""
    transaction.tallies.refused(name)
    try:
        transaction.holdings.admit(actor.project, content.sha256, content.size)
    except OverQuota:
        return []  # why it was refused is the better answer
    transaction.contents.add(content)
    sender = actor.sender
    transaction.rejected.add(
        Rejection(
            new_id(), actor.project, sender, name, content.sha256, content.size, error.word, error.message, now
        )
    )  # fmt: skip
    freed: list[str] = []
    for old, digest in transaction.rejected.beyond(sender, KEEP_REJECTED):
        transaction.rejected.remove(old)
        if place := transaction.contents.collect(digest):
            freed.append(place)
    return freed
