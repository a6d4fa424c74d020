"""Records from a watch: summaries of activities, a day's totals, series. Small, many, safe to repeat."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.auth.tokens import new_id
from gateway.errors import BadRequest
from gateway.formats.fit import profile
from gateway.model import Record, Recording
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import Caller, still_valid
from gateway.service.facts import checked, day_of, end_of
from gateway.service.workouts import join
from gateway.store import Store, Transaction, Write

MOST: Final = 1000  # records in one request
AHEAD: Final = 24 * 3600  # seconds by which a watch's clock may be ahead


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
        request = _fingerprint(items)
        good: list[tuple[int, dict[str, Any]]] = []
        wrong: list[tuple[int, str]] = []
        for number, item in enumerate(items):
            try:
                good.append((number, checked(item)))
            except BadRequest as error:
                wrong.append((number, error.message))

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
    try:
        return sha256(b"records\0" + orjson.dumps(items, option=orjson.OPT_SORT_KEYS)).digest()
    except orjson.JSONEncodeError:
        raise BadRequest("r: is nested too deep") from None


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
    latest = max(now, transaction.journal.newest(caller.device.project)) + AHEAD
    new = duplicates = 0
    bad = list(wrong)
    for number, said in good:
        if said["t"] > latest:
            bad.append((number, "t is in the future"))
        elif end_of(said) > latest:
            bad.append((number, "d reaches into the future"))
        elif _keep_one(transaction, caller, said, now):
            new += 1
        else:
            duplicates += 1
    if new or duplicates:
        transaction.devices.synced(caller.device.id, now)
    return Taken(new, duplicates, tuple(sorted(bad)))


def _keep_one(transaction: Transaction, caller: Caller, said: dict[str, Any], now: int) -> bool:
    """Write a record with its journal entry; False when the device has sent the same before."""
    digest = sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()
    device = caller.device
    if transaction.records.has(device.id, digest):
        return False
    record = Record(new_id(), device.project, device.id, said["y"], said["t"], day_of(said), digest, said)
    transaction.records.add(record, now)
    told = said
    if record.type == "act":
        told = {**said, "activity": join(transaction, caller.actor, record.id, _recording(said), now)}
    transaction.journal.append(caller.actor, "record", ("record", record.id), told, now)
    return True


def _recording(said: dict[str, Any]) -> Recording:
    """Take from a summary what tells workouts apart; its one duration is elapsed time."""
    return Recording(said["t"], float(said["d"]), None, _distance(said), profile.sport(said.get("sp")))


def _distance(said: dict[str, Any]) -> float | None:
    return float(said["m"]) if "m" in said else None
