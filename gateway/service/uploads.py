"""Uploads from a watch: whole or in parts, each safe to repeat.

An outcome is a ``Receipt``, ``Progress``, or an error that is *returned*, not raised: a refusal is written down too
(its bytes are kept for the owner), so its transaction must not be undone.
"""

from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final

from gateway.errors import BadRequest, FormatError, GatewayError, OffsetMismatch, TooLarge, UnknownFormat
from gateway.model import Checked, Upload
from gateway.service.acks import acknowledge
from gateway.service.checking import check
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import Caller, still_valid
from gateway.service.incoming import content_of
from gateway.service.ingest import folder_for, receive
from gateway.service.paths import clean_name
from gateway.service.refusing import keep_refused
from gateway.store import Store, Transaction, Write

UNFINISHED: Final = 8
UPLOAD_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file that was taken."""

    id: str
    type: str
    size: int
    version: int
    duplicate: bool
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of an upload in parts has come in."""

    nonce: str
    have: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload; ``name`` and ``size`` (of the whole) may be left out after the first."""

    nonce: str
    offset: int
    data: bytes
    name: str | None = None
    size: int | None = None


Outcome = Receipt | Progress | GatewayError


class Uploads:
    """Taking files from devices."""

    def __init__(self, store: Store, cap: int, clock: Clock = unix_time) -> None:
        self._store = store
        self._cap = cap
        self._clock = clock

    def whole(self, caller: Caller, name: str, data: bytes, nonce: str | None = None) -> Write[Outcome]:
        """Take a file that came in one request."""
        name = clean_name(name)
        self._fits(name, len(data))
        request = _fingerprint(name, len(data), data)
        finish = self._finish(caller, name, data, nonce, request)

        def write(transaction: Transaction) -> Outcome:
            still_valid(transaction, caller)
            known = transaction.answers.find(caller.token, nonce) if nonce is not None else None
            if known is None:
                return finish(transaction)
            return _repeat(known, request)

        return write

    def part(self, caller: Caller, part: Part) -> Write[Outcome]:
        """Take a part; the last one checks and stores the file."""
        name = clean_name(part.name) if part.name is not None else None
        if part.size is not None:
            self._fits(name or "the file", part.size)
        part = replace(part, name=name)
        with self._store.read() as transaction:
            if transaction.answers.find(caller.token, part.nonce):
                return lambda transaction: self._finished(transaction, caller, part)
            seen = self._upload(transaction, caller, part)
            if part.offset + len(part.data) < seen.size:
                return lambda transaction: self._append(transaction, caller, part)
            # one that is over has nothing, though its parts may still lie there
            stored = transaction.uploads.parts(caller.token, part.nonce) if seen.have else b""
        data = stored + _continue(seen, stored, part)
        request = _fingerprint(seen.name, seen.size, data)
        finish = self._finish(caller, seen.name, data, part.nonce, request)

        def write(transaction: Transaction) -> Outcome:
            still_valid(transaction, caller)
            if transaction.answers.find(caller.token, part.nonce):  # the same request once more, a moment earlier
                return self._finished(transaction, caller, part)
            self._unchanged(transaction, caller, seen)
            outcome = finish(transaction)
            transaction.uploads.remove(caller.token, part.nonce)
            return outcome

        return write

    def _fits(self, name: str, size: int) -> None:
        if size > self._cap:
            raise TooLarge(f"{name} has {_kib(size)} KB; the limit is {self._cap // 1024} KB")

    def _upload(self, transaction: Transaction, caller: Caller, part: Part) -> Upload:
        """Give the state that ``part`` meets; raises ``BadRequest`` where it contradicts what came before."""
        upload = transaction.uploads.find(caller.token, part.nonce)
        if upload is None or self._is_over(upload):
            if part.offset:
                raise OffsetMismatch(0)
            if part.name is None or part.size is None:
                raise BadRequest(f"{'name' if part.name is None else 'size'}: is missing in the first part")
            return Upload(part.nonce, part.name, part.size, 0, 0)
        if part.name not in {None, upload.name} or part.size not in {None, upload.size}:
            raise BadRequest("up: this nonce stands for another file")
        return upload

    def _append(self, transaction: Transaction, caller: Caller, part: Part) -> Outcome:
        """Keep a part that is not the last; phones repeat requests, so the same one may have come a moment earlier."""
        still_valid(transaction, caller)
        if transaction.answers.find(caller.token, part.nonce):
            return self._finished(transaction, caller, part)
        seen = self._upload(transaction, caller, part)
        stored = transaction.uploads.parts(caller.token, part.nonce) if part.offset < seen.have else b""
        fresh = _continue(seen, stored, part)
        if seen.have == 0:
            transaction.uploads.remove(caller.token, part.nonce)  # one that is over
            idle = transaction.uploads.all(caller.token)
            for upload in idle[: max(0, len(idle) - UNFINISHED + 1)]:
                transaction.uploads.remove(caller.token, upload.nonce)
        transaction.uploads.append(caller.token, replace(seen, updated=self._clock()), fresh)
        return Progress(seen.nonce, seen.have + len(fresh))

    def _is_over(self, upload: Upload) -> bool:
        """Say whether an upload is dropped, though the clean-up may not have run yet."""
        return upload.updated < self._clock() - UPLOAD_SECONDS

    def _unchanged(self, transaction: Transaction, caller: Caller, seen: Upload) -> None:
        """Make sure that no other request has gone on with the upload since it was read; drop one that is over."""
        now = transaction.uploads.find(caller.token, seen.nonce)
        if now is not None and self._is_over(now):
            transaction.uploads.remove(caller.token, seen.nonce)
            now = None
        have = now.have if now else 0
        if have != seen.have:
            raise OffsetMismatch(have)

    def _finished(self, transaction: Transaction, caller: Caller, part: Part) -> Outcome:
        """Answer a part of an upload that is over: as the last time, if it is a part of the same bytes."""
        still_valid(transaction, caller)
        known = transaction.answers.find(caller.token, part.nonce)
        if known is None:
            raise OffsetMismatch(0)
        _, answer = known
        if "sha256" not in answer:
            raise BadRequest("up: this nonce stands for another request")
        digest, size = bytes.fromhex(answer["sha256"]), answer["size"]
        there = transaction.contents.part(digest, part.offset, len(part.data))
        same = part.name in {None, answer["name"]} and part.size in {None, size}
        if not same or part.offset + len(part.data) > size or (there is not None and there != part.data):
            raise BadRequest("up: this nonce stands for another file")
        return _revive(answer)

    def _finish(self, caller: Caller, name: str, data: bytes, nonce: str | None, request: bytes) -> Write[Outcome]:
        """Check a complete file now; the write stores it, or the refusal."""
        try:
            checked = check(data, name)
        except FormatError as error:
            return self._refuse(caller, name, data, error, nonce, request)
        return self._store_file(caller, name, checked, nonce, request)

    def _store_file(
        self, caller: Caller, name: str, checked: Checked, nonce: str | None, request: bytes
    ) -> Write[Outcome]:
        folder = folder_for(checked, f"/backups/{caller.device.name}")
        assert checked.summary is not None
        kind = checked.summary.type.value

        def write(transaction: Transaction) -> Outcome:
            now = self._clock()
            stored = receive(transaction, caller.actor, folder, name, checked, now)
            entry = stored.file
            transaction.tallies.stored(entry.type, duplicate=stored.duplicate)
            receipt = Receipt(entry.id, kind, entry.size, entry.version, stored.duplicate, stored.warning)
            transaction.devices.synced(caller.device.id, now, sent=0 if stored.duplicate else 1)
            if stored.duplicate:
                acknowledge(transaction, caller.actor, entry.id, entry.version, now)
            if nonce is not None:
                answer = {"name": name, "sha256": entry.sha256.hex(), **asdict(receipt)}
                transaction.answers.add(caller.token, nonce, request, answer, now)
            return receipt

        return write

    def _refuse(
        self,
        caller: Caller,
        name: str,
        data: bytes,
        error: FormatError,
        nonce: str | None,
        request: bytes,
    ) -> Write[Outcome]:
        """Keep refused bytes for their owner; only what a retry cannot cure is remembered under the nonce."""
        content = content_of(data)
        lasting = error.code != "truncated"

        def write(transaction: Transaction) -> Outcome:
            now = self._clock()
            keep_refused(transaction, caller.actor, name, content, error, now)
            if nonce is not None and lasting:
                answer = {"name": name, "sha256": content.sha256.hex(), "size": content.size, **_told(error)}
                transaction.answers.add(caller.token, nonce, request, answer, now)
            return error

        return write


def _continue(seen: Upload, stored: bytes, part: Part) -> bytes:
    """Give the bytes of ``part`` that are new; raises ``OffsetMismatch`` for a gap or another overlap."""
    if part.offset > seen.have:
        raise OffsetMismatch(seen.have)
    overlap = stored[part.offset : part.offset + len(part.data)]
    if part.data[: len(overlap)] != overlap:
        raise OffsetMismatch(seen.have)
    if part.offset + len(part.data) > seen.size:
        raise BadRequest(f"file: goes beyond the size of {seen.size} bytes")
    return part.data[len(overlap) :]


def _fingerprint(name: str, size: int, data: bytes) -> bytes:
    return sha256(b"%b\0%d\0%b" % (name.encode(), size, data)).digest()


def _repeat(known: tuple[bytes, dict[str, Any]], request: bytes) -> Outcome:
    if known[0] != request:
        raise BadRequest("n: this nonce stands for another request")
    return _revive(known[1])


def _told(error: FormatError) -> dict[str, Any]:
    return {"error": error.word, "code": error.code, "offset": error.offset, "message": error.message}


def _revive(answer: dict[str, Any]) -> Outcome:
    if "error" not in answer:
        return Receipt(**{key: answer.get(key) for key in Receipt.__slots__})  # type: ignore[arg-type]
    if answer["error"] == UnknownFormat.word:
        return UnknownFormat()
    error = FormatError(answer["code"], answer["offset"])
    error.message = answer["message"]
    return error


def _kib(size: int) -> int:
    return -(-size // 1024)
