"""The journal, the tree and everything else that lies in the database; nobody else knows SQL."""

from gateway.store.contents import INLINE
from gateway.store.sealed import SealedFile
from gateway.store.store import Store
from gateway.store.transaction import Transaction
from gateway.store.writer import Write

__all__ = ["INLINE", "SealedFile", "Store", "Transaction", "Write"]
