"""Batches of a track that a watch recorded itself: what they say, how they continue what is there.

Every answer to a batch depends on what is there and on the batch alone, so that it can be repeated.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import BadRequest, OffsetMismatch, TooLarge
from gateway.model import UnfinishedTrack
from gateway.service.clock import latest
from gateway.service.devices import Caller, still_valid
from gateway.service.samples import WIDTH, known_columns, packed
from gateway.service.uploads import Receipt
from gateway.store import Transaction

ROWS: Final = 100_000  # 27 hours, one a second
FIRST_MOMENT: Final = 631_065_600  # FIT counts from 1989-12-31
_SUM: Final = 4  # bytes of a CRC-32


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a track, from row ``offset`` on; what tells of the whole may be left out after the first."""

    nonce: str
    offset: int
    rows: Sequence[object]
    end: bool = False
    start: int | None = None
    sport: int | None = None
    sub_sport: int | None = None
    columns: Sequence[object] | None = None


def seen_by(transaction: Transaction, caller: Caller, batch: Batch, now: int) -> UnfinishedTrack:
    """Give the state that a batch meets; raises ``BadRequest`` where it contradicts what came before."""
    columns = known_columns(batch.columns) if batch.columns is not None else None
    track = transaction.tracks.find(caller.token, batch.nonce)
    if track is None:
        if batch.offset:
            raise OffsetMismatch(0, "rows")
        if batch.start is None or columns is None:
            raise BadRequest(f"{'t' if batch.start is None else 'cols'}: is missing in the first batch")
        if batch.start < FIRST_MOMENT:
            raise BadRequest(f"t: is before {FIRST_MOMENT}, where FIT begins to count")
        if batch.start > latest(transaction, caller.device.project, now):
            raise BadRequest("t: is in the future")
        return UnfinishedTrack(
            caller.token, batch.nonce, caller.device.id, batch.start, batch.sport, batch.sub_sport, columns, 0, 0
        )
    if not _agrees(batch, columns, told_of(track)):
        raise BadRequest("up: this nonce stands for another track")
    return track


def told_of(track: UnfinishedTrack) -> dict[str, Any]:
    """Give what batches tell of a whole track, by the names that they use."""
    return {"t": track.start, "sp": track.sport, "ss": track.sub_sport, "cols": list(track.columns)}


def _agrees(batch: Batch, columns: Sequence[str] | None, whole: Mapping[str, Any]) -> bool:
    """Say whether what a batch tells of the whole track, if anything, is what was told before."""
    told = {"t": batch.start, "sp": batch.sport, "ss": batch.sub_sport, "cols": columns and list(columns)}
    return all(value is None or value == whole[key] for key, value in told.items())


def fresh_rows(seen: UnfinishedTrack, stored: bytes, batch: Batch, body: bytes) -> bytes:
    """Give the rows of a batch that are new; raises ``OffsetMismatch`` for a gap or another overlap."""
    begin = batch.offset * width(seen)
    overlap = stored[begin : begin + len(body)]
    if batch.offset > seen.have or body[: len(overlap)] != overlap:
        raise OffsetMismatch(seen.have, "rows")
    fresh = body[len(overlap) :]
    if seen.have + len(fresh) // width(seen) > ROWS:
        raise TooLarge(f"the track has more than {ROWS} rows")
    return fresh


def width(track: UnfinishedTrack) -> int:
    """Give the bytes of one packed row."""
    return WIDTH * len(track.columns)


def checksums(body: bytes, width: int) -> bytes:
    """Give the CRC-32 of each packed row, to know a batch again when the rows are gone: no changed value escapes it."""
    sums = [zlib.crc32(body[at : at + width]) for at in range(0, len(body), width)]
    return struct.pack(f"<{len(sums)}I", *sums)


def finished(transaction: Transaction, caller: Caller, batch: Batch, body: bytes | None = None) -> Receipt:
    """Answer a batch of a track that has ended: as the last time, if it is a batch of the same track.

    ``body`` has its rows where they are packed already. Raises ``BadRequest`` for any other content.
    """
    still_valid(transaction, caller)
    known = transaction.answers.find(caller.token, batch.nonce)
    if known is None:
        raise OffsetMismatch(0, "rows")
    sums, answer = known
    if "rows" not in answer:
        raise BadRequest("up: this nonce stands for another request")
    if not _agrees(batch, known_columns(batch.columns) if batch.columns is not None else None, answer):
        raise BadRequest("up: this nonce stands for another track")
    if body is None:
        body = packed(batch.rows, answer["cols"], answer["t"])
    mine, behind = checksums(body, WIDTH * len(answer["cols"])), batch.offset + len(batch.rows)
    same = sums[_SUM * batch.offset : _SUM * behind] == mine and behind <= answer["rows"]
    if not same or (batch.end and behind != answer["rows"]):
        raise BadRequest("up: this nonce stands for another track")
    return Receipt(**{key: answer[key] for key in Receipt.__slots__})
