"""Noting that a device has a version of a file."""

from gateway.model import Actor
from gateway.store import Transaction


def acknowledge(transaction: Transaction, actor: Actor, file: str, version: int, now: int) -> bool:
    """Note it in the view and in the journal; False when it was known."""
    if actor.device is None or not transaction.deliveries.ack(actor.device.id, file, version, now):
        return False
    transaction.journal.append(actor, "ack", ("file", file), {"version": version}, now)
    return True
