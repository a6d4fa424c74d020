"""Who sends, devices and keys alike, as the operator names them."""

from collections.abc import Iterable

from gateway.errors import NotFound
from gateway.store import Store
from gateway.store.senders import Sender


def senders(store: Store) -> list[Sender]:
    """List the devices and keys of all users, revoked ones too, the oldest first."""
    with store.read() as transaction:
        return transaction.senders.all()


def called(known: Iterable[Sender], name: str) -> frozenset[str]:
    """Give the ids of those that bear a name or id, whatever its case; raises ``NotFound`` for nobody's."""
    wanted = name.casefold()
    found = frozenset(sender.id for sender in known if wanted in {sender.id, sender.name.casefold()})
    if not found:
        raise NotFound(f"no device or key is called {name}: see wristgate devices and wristgate apikey list")
    return found
