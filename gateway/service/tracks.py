"""Tracks that a watch recorded itself, in batches that are safe to repeat; the last one makes a FIT activity of them.

A track that does not go on for 24 hours, and the idlest when a ninth one begins, is written as what it has. That is
not remembered under its nonce: a watch that comes back after all starts over, and what it then ends becomes the next
version of the same file. What was never ended takes no other file's place: it lies beside, or is dropped where the
device has an activity with the same start and at least as many samples.
"""

import io
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Final

from gateway.contents import FileContents
from gateway.errors import BadRequest, OffsetMismatch
from gateway.formats import write
from gateway.formats.fit import profile
from gateway.model import Actor, Checked, FileType, Kind, Stored, UnfinishedTrack
from gateway.service.acks import acknowledge
from gateway.service.batches import Batch, checksums, finished, fresh_rows, seen_by, told_of, width
from gateway.service.checking import check
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import Caller, still_valid
from gateway.service.ingest import FOLDERS, receive, same_activity
from gateway.service.samples import packed, track_of
from gateway.service.uploads import Progress, Receipt
from gateway.store import INLINE, Store, Transaction, Write

UNFINISHED: Final = 8
IDLE_SECONDS: Final = 24 * 3600


Outcome = Receipt | Progress


class Tracks:
    """Taking tracks from devices."""

    def __init__(self, store: Store, contents: FileContents, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._clock = clock

    def take(self, caller: Caller, batch: Batch) -> Write[Outcome]:
        """Keep a batch; the last one writes the file."""
        with self._store.read() as transaction:
            if transaction.answers.find(caller.token, batch.nonce):
                receipt = finished(transaction, caller, batch)
                return lambda _transaction: receipt
            seen = seen_by(transaction, caller, batch, self._clock())
            body = packed(batch.rows, seen.columns, seen.start)
            if batch.end:
                stored = transaction.tracks.rows(caller.token, batch.nonce)
            begun = [] if seen.have else transaction.tracks.all(caller.token)
        if batch.end:
            return self._end(caller, seen, stored + fresh_rows(seen, stored, batch, body), batch, body)
        give_way = [self.conclude(idle) for idle in begun[: max(0, len(begun) - UNFINISHED + 1)]]
        return lambda transaction: self._append(transaction, caller, batch, body, give_way)

    def _append(
        self, transaction: Transaction, caller: Caller, batch: Batch, body: bytes, give_way: Sequence[Write[None]]
    ) -> Outcome:
        """Keep a batch that is not the last; phones repeat requests, so the same one may have come a moment earlier."""
        still_valid(transaction, caller)
        if transaction.answers.find(caller.token, batch.nonce):
            return finished(transaction, caller, batch, body)
        seen = seen_by(transaction, caller, batch, self._clock())
        stored = transaction.tracks.rows(caller.token, batch.nonce) if batch.offset < seen.have else b""
        fresh = fresh_rows(seen, stored, batch, body)
        if not transaction.tracks.find(caller.token, batch.nonce):
            for conclude in give_way:
                conclude(transaction)
        rows = len(fresh) // width(seen)
        transaction.tracks.append(replace(seen, updated=self._clock()), fresh, rows)
        return Progress(batch.nonce, seen.have + rows)

    def _end(self, caller: Caller, seen: UnfinishedTrack, body: bytes, batch: Batch, last: bytes) -> Write[Outcome]:
        """Make the file of all rows now; the write stores it. ``last``: the rows of the batch."""
        if not body:
            raise BadRequest("rows: a track needs at least one row")
        name, checked = self._file(seen, body)
        rows, sums = len(body) // width(seen), checksums(body, width(seen))

        def write(transaction: Transaction) -> Outcome:
            still_valid(transaction, caller)
            if transaction.answers.find(caller.token, batch.nonce):  # the same request once more, a moment earlier
                return finished(transaction, caller, batch, last)
            now = transaction.tracks.find(caller.token, batch.nonce)
            if (now.have if now else 0) != seen.have:
                raise OffsetMismatch(now.have if now else 0, "rows")
            stored = self._store_file(transaction, caller.actor, seen, name, checked)
            transaction.tracks.remove_begun(caller.device.id, seen.start, rows)
            entry = stored.file
            receipt = Receipt(entry.id, FileType.FIT, entry.size, entry.version, stored.duplicate, stored.warning)
            if stored.duplicate:
                acknowledge(transaction, caller.actor, entry.id, entry.version, self._clock())
            answer = {**told_of(seen), "rows": rows, **asdict(receipt)}
            transaction.answers.add(caller.token, batch.nonce, sums, answer, self._clock())
            return receipt

        return write

    def idle(self) -> list[UnfinishedTrack]:
        """List the tracks that have not gone on for a day."""
        with self._store.read() as transaction:
            return transaction.tracks.before(self._clock() - IDLE_SECONDS)

    def conclude(self, track: UnfinishedTrack) -> Write[None]:
        """Write an unfinished track as what it has, unless it goes on meanwhile."""
        with self._store.read() as transaction:
            body = transaction.tracks.rows(track.token, track.nonce)
        file = self._file(track, body) if body else None

        def write(transaction: Transaction) -> None:
            device = transaction.devices.by_id(track.device)
            if device is None or transaction.tracks.find(track.token, track.nonce) != track:
                return
            actor = Actor(device.user, device.project, device)
            if file is None or _is_there(transaction, actor, *file):
                transaction.tracks.remove(track.token, track.nonce)
            else:
                self._store_file(transaction, actor, track, *file, beside=True)

        return write

    def _file(self, track: UnfinishedTrack, body: bytes) -> tuple[str, Checked]:
        """Make a FIT activity of packed rows, and read it as every file is read."""
        sport, sub_sport = profile.sport(track.sport), profile.sub_sport(track.sub_sport)
        moment = datetime.fromtimestamp(track.start, UTC).strftime("%Y-%m-%d-%H-%M")
        word = "activity" if sport in {None, "generic"} else str(sport).replace("_", "-")
        name = f"{moment}-{word}.fit"
        data = write(track_of(body, track.columns, track.start, sport, sub_sport), FileType.FIT)
        checked = check(data, name)
        if len(data) > INLINE:
            checked = replace(checked, content=self._contents.put(io.BytesIO(data)))
        return name, checked

    def _store_file(
        self,
        transaction: Transaction,
        actor: Actor,
        track: UnfinishedTrack,
        name: str,
        checked: Checked,
        *,
        beside: bool = False,
    ) -> Stored:
        assert actor.device is not None
        now = self._clock()
        stored = receive(transaction, actor, FOLDERS[Kind.ACTIVITY], name, checked, now, beside=beside)
        transaction.devices.synced(actor.device.id, now, sent=0 if stored.duplicate else 1)
        transaction.tracks.remove(track.token, track.nonce)
        return stored


def _is_there(transaction: Transaction, actor: Actor, name: str, checked: Checked) -> bool:
    """Say whether the device has an activity of that name and start with as many samples: a piece adds nothing."""
    known = same_activity(transaction, actor, FOLDERS[Kind.ACTIVITY], name, checked)
    version = transaction.versions.find(known.id, known.version) if known else None
    assert checked.summary is not None
    return version is not None and (version.facts.summary or {}).get("records", 0) >= checked.summary.records
