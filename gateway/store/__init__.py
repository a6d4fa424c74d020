"""The journal, the tree and everything else that lies in the database; nobody else knows SQL."""

from gateway.store.contents import INLINE
from gateway.store.sealed import SealedFile
from gateway.store.snapshot import Snapshot
from gateway.store.snapshot import opened as open_snapshot
from gateway.store.store import FILE, Room, Store
from gateway.store.transaction import Transaction
from gateway.store.writer import Write

__all__ = ["FILE", "INLINE", "Room", "SealedFile", "Snapshot", "Store", "Transaction", "Write", "open_snapshot"]
