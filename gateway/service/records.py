"""Records from a watch: summaries of activities, a day's totals, series. Small, many, safe to repeat."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.auth.tokens import new_id
from gateway.errors import BadRequest
from gateway.model import Record
from gateway.service.clock import Clock, latest, unix_time
from gateway.service.devices import Caller, still_valid
from gateway.service.facts import checked, day_of, end_of
from gateway.service.identity import SUMMARY
from gateway.service.workouts import join_all, recording_of_summary
from gateway.store import Store, Transaction, Write

MOST: Final = 1000  # records in one request


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some records; ``bad`` has the number in the request and the reason of each that was refused."""

    new: int
    duplicates: int
    bad: tuple[tuple[int, str], ...]


class Records:
    """Taking records from devices."""

    def __init__(self, store: Store, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock

    def take(self, caller: Caller, items: Sequence[object], nonce: str | None = None) -> Write[Taken]:
        """Keep the records that are new; one that is wrong does not refuse the others."""
        if len(items) > MOST:
            raise BadRequest(f"r: takes at most {MOST} records")
        good: list[tuple[int, dict[str, Any]]] = []
        wrong: list[tuple[int, str]] = []
        for number, item in enumerate(items):
            try:
                good.append((number, checked(item)))
            except BadRequest as error:
                wrong.append((number, error.message))
        request = _fingerprint([good, wrong])

        def write(transaction: Transaction) -> Taken:
            still_valid(transaction, caller)
            known = transaction.answers.find(caller.token, nonce) if nonce is not None else None
            if known is not None:
                return _repeat(known, request)
            now = self._clock()
            taken = _keep(transaction, caller, good, wrong, now)
            if nonce is not None:
                transaction.answers.add(caller.token, nonce, request, asdict(taken), now)
            return taken

        return write


def _fingerprint(items: Sequence[object]) -> bytes:
    """Hash what the records of a request say, wrong ones by what is wrong with them: 12.0 is 12, order counts."""
    return sha256(b"records\0" + orjson.dumps(items, option=orjson.OPT_SORT_KEYS)).digest()


def _repeat(known: tuple[bytes, dict[str, Any]], request: bytes) -> Taken:
    if known[0] != request:
        raise BadRequest("n: this nonce stands for another request")
    answer = known[1]
    return Taken(answer["new"], answer["duplicates"], tuple((number, reason) for number, reason in answer["bad"]))


def _keep(
    transaction: Transaction,
    caller: Caller,
    good: list[tuple[int, dict[str, Any]]],
    wrong: list[tuple[int, str]],
    now: int,
) -> Taken:
    last = latest(transaction, caller.device.project, now)
    kept: list[Record] = []
    duplicates, bad = 0, list(wrong)
    for number, said in good:
        if said["t"] > last:
            bad.append((number, "t is in the future"))
        elif said["y"] != SUMMARY and end_of(said) > last:
            bad.append((number, "d reaches into the future"))
        elif record := _keep_one(transaction, caller, said, now):
            kept.append(record)
        else:
            duplicates += 1
    _tell(transaction, caller, kept, now)
    if kept or duplicates:
        transaction.devices.synced(caller.device.id, now)
    return Taken(len(kept), duplicates, tuple(sorted(bad)))


def _keep_one(transaction: Transaction, caller: Caller, said: dict[str, Any], now: int) -> Record | None:
    """Write a record; None when the device has sent the same before."""
    digest = sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()
    device = caller.device
    if transaction.records.has(device.id, digest):
        return None
    record = Record(new_id(), device.project, device.id, said["y"], said["t"], day_of(said), digest, said)
    transaction.records.add(record, now)
    return record


def _tell(transaction: Transaction, caller: Caller, kept: Sequence[Record], now: int) -> None:
    """Join the summaries with what tells of the same workouts, all at once, and write the journal."""
    said = {record.id: recording_of_summary(record.body, caller.device.id) for record in kept if record.type == SUMMARY}
    activities = join_all(transaction, caller.actor, said, now)
    for record in kept:
        told = {**record.body, "activity": activities[record.id]} if record.id in activities else record.body
        transaction.journal.append(caller.actor, "record", ("record", record.id), told, now)
