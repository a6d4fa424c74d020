"""Finding what need not be kept any more, each with the write that looks at it again and removes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from gateway.model import Actor, Rejection
from gateway.service.freeing import Freed, Held, Item, collect, drop_version, purge_file
from gateway.service.retention import SIGN_IN, Policy, is_over, superseded
from gateway.store import Store, Transaction
from gateway.store.retention import KeptFile, KeptVersion, SignIn

PAGE: Final = 200  # files that are looked at in one read
AT_ONCE: Final = 100  # things that are removed in one transaction

Removed = tuple[list[Item], Freed]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What goes together: the things, the references to contents that go with them, and the write that does it.

    The write passes over what is not over any more.
    """

    items: tuple[Item, ...]
    held: tuple[Held, ...]
    remove: Callable[[Transaction], Removed]

    @property
    def weight(self) -> int:
        """How many rows go."""
        return len(self.held) + 1

    @property
    def size(self) -> int:
        """Bytes of contents that may go."""
        return sum(size for _, size in self.held)


def everything(store: Store, policy: Policy, now: int) -> Iterator[Overdue]:
    """Find all that is over, reading a page at a time."""
    yield from _files(store, policy, now)
    with store.read() as transaction:
        refused = transaction.rejected.before(now - policy.refused)
        sign_ins = transaction.retention.sign_ins(now - SIGN_IN)
    for rejection in refused:
        yield _of_refused(rejection, policy, now)
    for sign_in in sign_ins:
        yield _of_sign_in(sign_in)


def _files(store: Store, policy: Policy, now: int) -> Iterator[Overdue]:
    after = ""
    while True:
        with store.read() as transaction:
            files = transaction.retention.page(after, PAGE)
            found = [overdue for file in files for overdue in _of_file(transaction, file, policy, now)]
        yield from found
        if len(files) < PAGE:
            return
        after = files[-1].id


def _of_file(transaction: Transaction, file: KeptFile, policy: Policy, now: int) -> Iterator[Overdue]:
    """Find what goes of a file: some versions, or from the trash all of it, many versions in several steps."""
    if file.deleted is not None:
        if is_over(file.deleted, policy.trash, now):
            versions = transaction.retention.versions(file.id)
            *first, last = _parts(versions)
            for part in first:
                yield Overdue((), _held(part), partial(_drop_deleted, file.id, part, policy, now))
            yield Overdue((_deleted(file, versions),), _held(last), partial(_purge, file, versions, policy, now))
    elif file.head > policy.fewest:
        versions = transaction.retention.versions(file.id)
        for part in _parts(_superseded(file, versions, policy, now)):
            if part:
                items = tuple(_version(file, version) for version in part)
                yield Overdue(items, _held(part), partial(_drop_superseded, file.id, part, policy, now))


def _parts(versions: list[KeptVersion]) -> list[list[KeptVersion]]:
    """Part versions so that no transaction removes too many; at least one part, which may be empty."""
    return [versions[start : start + AT_ONCE] for start in range(0, max(1, len(versions)), AT_ONCE)]


def _superseded(file: KeptFile, versions: list[KeptVersion], policy: Policy, now: int) -> list[KeptVersion]:
    going = set(superseded([(v.number, v.time) for v in versions], policy.rule(file.path), now))
    return [version for version in versions if version.number in going]


def _drop_superseded(file: str, part: list[KeptVersion], policy: Policy, now: int, transaction: Transaction) -> Removed:
    there = transaction.retention.find(file)
    if there is None or there.deleted is not None:
        return [], Freed()
    still = _superseded(there, transaction.retention.versions(file), policy, now)
    going, freed = [version for version in part if version in still], Freed()
    for version in going:
        freed += drop_version(transaction, file, version.number, (version.sha256, version.size))
    return [_version(there, version) for version in going], freed


def _drop_deleted(file: str, part: list[KeptVersion], policy: Policy, now: int, transaction: Transaction) -> Removed:
    there, freed = _still_deleted(transaction, file, policy, now), Freed()
    for version in part if there else ():
        freed += drop_version(transaction, file, version.number, (version.sha256, version.size))
    return [], freed


def _purge(file: KeptFile, versions: list[KeptVersion], policy: Policy, now: int, transaction: Transaction) -> Removed:
    there = _still_deleted(transaction, file.id, policy, now)
    if there is None:
        return [], Freed()
    freed = purge_file(transaction, Actor(None, there.project), file.id, now)
    return [_deleted(there, versions)], freed


def _still_deleted(transaction: Transaction, file: str, policy: Policy, now: int) -> KeptFile | None:
    there = transaction.retention.find(file)
    over = there is not None and there.deleted is not None and is_over(there.deleted, policy.trash, now)
    return there if over else None


def _of_refused(rejection: Rejection, policy: Policy, now: int) -> Overdue:
    item = Item("refused", rejection.name, None, rejection.size, rejection.time, rejection.project)

    def remove(transaction: Transaction) -> Removed:
        known = transaction.rejected.find(rejection.project, rejection.id)
        if known is None or not is_over(known.time, policy.refused, now):
            return [], Freed()
        transaction.rejected.remove(rejection.id)
        return [item], collect(transaction, rejection.sha256, rejection.size)

    return Overdue((item,), ((rejection.sha256, rejection.size),), remove)


def _of_sign_in(sign_in: SignIn) -> Overdue:
    item = Item("sign-in", sign_in.device, None, 0, sign_in.last)

    def remove(transaction: Transaction) -> Removed:
        if transaction.retention.last_refreshed(sign_in.family) != sign_in.last:
            return [], Freed()
        transaction.families.remove(sign_in.family)
        return [item], Freed()

    return Overdue((item,), (), remove)


def _held(versions: list[KeptVersion]) -> tuple[Held, ...]:
    return tuple((version.sha256, version.size) for version in versions)


def _version(file: KeptFile, version: KeptVersion) -> Item:
    return Item("version", file.path, version.number, version.size, version.time, file.project)


def _deleted(file: KeptFile, versions: list[KeptVersion]) -> Item:
    assert file.deleted is not None
    return Item("trash", file.path, file.head, sum(v.size for v in versions), file.deleted, file.project)
