"""Clean-up: what is over goes in short transactions, each thing looked at again inside its own.

Journal entries stay. A content goes with the last version and refused upload that has it; its file, if it has one, only
after the commit, so that a crash leaves a file without a row, which a later clean-up finds, and never the reverse.
"""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.contents import FileContents
from gateway.model import Actor
from gateway.service.clock import Clock, unix_time
from gateway.service.freeing import Cleaned, Freed, Item, Ledger, purge_file
from gateway.service.overdue import AT_ONCE, Overdue, Removed, everything
from gateway.service.pacing import Rest
from gateway.service.retention import ORPHAN, SIGN_IN, Policy
from gateway.store import Store, Transaction

BYTES_AT_ONCE: Final = 1_500_000  # in one transaction, as far as the things in it leave a choice


def purge(transaction: Transaction, actor: Actor, file: str, now: int) -> list[str]:
    """Take a file out of the trash for good; raises ``NotFound`` when it is not there.

    Gives the places of contents that nothing refers to any more: whoever commits removes them then.
    """
    return list(purge_file(transaction, actor, file, now).places)


class Cleanup:
    """Clean-up of one data folder under a policy."""

    def __init__(self, store: Store, contents: FileContents, policy: Policy, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._policy = policy
        self._clock = clock

    def run(
        self,
        *,
        age: int | None = None,
        dry: bool = False,
        each: Callable[[Item], None] = lambda _item: None,
        rest: Rest = lambda: False,
    ) -> Cleaned:
        """Remove what is over, or with ``dry`` only find it; ``each`` gets every thing that is gone.

        ``age`` (seconds) takes the place of all ages of the policy; numbers of versions hold, sign-ins and files
        without a row have their own ages. Raises ``Busy`` when the disk fails; what is gone by then stays gone.
        """
        policy, now = self._policy if age is None else self._policy.at_age(age), self._clock()
        ledger = Ledger(each)
        for batch in _batches(everything(self._store, policy, now)):
            if dry:
                for overdue in batch:
                    ledger.expect(overdue.items, overdue.held)
            else:
                self._remove(batch, ledger)
            if rest():
                return ledger.cleaned
        if dry:
            ledger.settle(self._store)
        else:
            self._store.forget_copies(now)
            if self._forget_tokens(now, rest):
                return ledger.cleaned
        for item in self._orphans(now, dry=dry):
            ledger.note([item], item.size)
            if rest():
                break
        return ledger.cleaned

    def _remove(self, batch: list[Overdue], ledger: Ledger) -> None:
        def write(transaction: Transaction) -> Removed:
            items: list[Item] = []
            freed = Freed()
            for overdue in batch:
                gone, more = overdue.remove(transaction)
                items, freed = items + gone, freed + more
            return items, freed

        items, freed = self._store.write(write).result()
        self._contents.remove_all(freed.places)
        ledger.note(items, freed.size)

    def _forget_tokens(self, now: int, rest: Rest) -> bool:
        """Forget refresh tokens that were exchanged long ago; True: stop here."""
        while self._store.write(
            lambda transaction: transaction.retention.forget_tokens(now - SIGN_IN, AT_ONCE)
        ).result():
            if rest():
                return True
        return False

    def _orphans(self, now: int, *, dry: bool) -> Iterator[Item]:
        """Remove files of contents that no row names, such as those of an upload that a crash has cut off."""
        found: list[str] = []

        def known(place: str) -> bool:
            if self._is_named(place):
                return True
            if dry:
                found.append(place)
            return dry

        for place, size in self._contents.sweep(known, now - ORPHAN):
            yield Item("orphan", place, None, size, now)
        for place in found:
            yield Item("orphan", place, None, self._contents.length(place), now)

    def _is_named(self, place: str) -> bool:
        with self._store.read() as transaction:
            return transaction.contents.names(place)


def _batches(found: Iterator[Overdue]) -> Iterator[list[Overdue]]:
    """Give what to do in one transaction after the other."""
    batch: list[Overdue] = []
    weight = size = 0
    for overdue in found:
        weight, size = weight + overdue.weight, size + overdue.size
        if batch and (weight > AT_ONCE or size > BYTES_AT_ONCE):
            yield batch
            batch, weight, size = [], overdue.weight, overdue.size
        batch.append(overdue)
    if batch:
        yield batch
