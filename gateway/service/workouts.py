"""Giving files and summaries that tell of the same workout one activity id, inside the write that brings them.

Each public function leaves the index of activities as what is known by then makes it.

What says exactly the same as something that is there is simply joined to it; everything else has its neighbourhood
grouped anew, so that the order of arrival does not count. Source: a file's or record's id.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from gateway.auth.tokens import new_id
from gateway.formats.fit import profile
from gateway.model import Actor, Facts, Recording
from gateway.service.identity import NEAR, SUMMARY, TEXT, ZONE_SLACK, ZONE_STEP, ZONES, grouped, linked
from gateway.service.indexing import index, index_touched
from gateway.store import Transaction

NEIGHBOURS: Final = 16
"""Different recordings of one neighbourhood that are compared; where there are more, something else is wrong, and what
comes stays by itself. It bounds what one record or file may cost."""

_LOOK: Final = 200  # recordings of the days around that are looked at for another time zone
_REACH: Final = (ZONES, ZONE_STEP, ZONE_SLACK)


def recording_of(facts: Facts, device: str | None) -> Recording:
    """Take from what is known of a file what tells workouts apart."""
    said = facts.summary or {}
    start, elapsed, timer, distance, sport = map(said.get, ("start", "elapsed", "timer", "distance", "sport"))
    return Recording(start, elapsed, timer, distance, sport, facts.type, device)


def recording_of_summary(said: Mapping[str, Any], device: str) -> Recording:
    """Take from a watch's summary what tells workouts apart; its one duration is elapsed time."""
    distance = float(said["m"]) if "m" in said else None
    return Recording(said["t"], float(said["d"]), None, distance, profile.sport(said.get("sp")), SUMMARY, device)


def join(transaction: Transaction, actor: Actor, source: str, recording: Recording, now: int) -> str:
    """Note what a source says (now) of a workout and give its activity; others may move to another one with it."""
    return join_all(transaction, actor, {source: recording}, now)[source]


def join_all(transaction: Transaction, actor: Actor, said: Mapping[str, Recording], now: int) -> dict[str, str]:
    """Note what sources say (now) and give their activities; each neighbourhood is grouped once for all of them."""
    left = [before for source, recording in said.items() if (before := _put(transaction, actor, source, recording))]
    for before in left:
        _left(transaction, actor, before, now)
    given = {}
    for source, recording in said.items():
        if _activity(transaction, source) is None:
            regroup(transaction, actor, recording, now)
    for source in said:
        activity = _activity(transaction, source)
        assert activity is not None
        given[source] = activity
    index_touched(transaction, given.values())
    return given


def _put(transaction: Transaction, actor: Actor, source: str, recording: Recording) -> Recording | None:
    """Note what a source says, with its activity where there is nothing to compare; gives what it said before."""
    known = transaction.recordings.find(source)
    if known and known[0] and known[1] == recording:
        return None
    there = transaction.recordings.activities(actor.project, recording) if recording.start is not None else []
    alone = there[0] if there else new_id() if recording.start is None else None
    transaction.recordings.put(source, actor.project, alone, recording)
    return known[1] if known else None


def _activity(transaction: Transaction, source: str) -> str | None:
    found = transaction.recordings.find(source)
    assert found is not None
    return found[0]


def compare(transaction: Transaction, most: int, now: int) -> None:
    """Give activities to what an earlier release has stored."""
    for source, project, recording in transaction.recordings.uncompared(most):
        if recording.start is None:
            transaction.recordings.put(source, project, new_id(), recording)
        else:
            regroup(transaction, Actor(None, project), recording, now)
    index_touched(transaction)


def renamed(transaction: Transaction, source: str) -> None:
    """Have an activity found by the new name of a file that tells of it."""
    activity, _ = transaction.recordings.find(source) or (None, None)
    if activity is not None:
        index(transaction, activity)


def leave(transaction: Transaction, actor: Actor, source: str, now: int) -> None:
    """Take a source out that tells of no workout any more."""
    known = transaction.recordings.find(source)
    if known is not None:
        transaction.recordings.remove(source)
        _left(transaction, actor, known[1], now)
        index_touched(transaction)


def _left(transaction: Transaction, actor: Actor, recording: Recording, now: int) -> None:
    """Group anew around what nobody says any more: it may have been what held others together."""
    if recording.start is not None and not transaction.recordings.exists(actor.project, recording):
        regroup(transaction, actor, recording, now)


def regroup(transaction: Transaction, actor: Actor, around: Recording, now: int) -> None:
    """Part the recordings that are linked with one, over whatever steps, into activities; an id stays where it can.

    The journal tells which sources have moved; of one that is new its own entry tells.
    """
    neighbours = _neighbourhood(transaction, actor.project, around)
    taken: set[str] = set()
    for group in (
        grouped(neighbours) if len(neighbours) <= NEIGHBOURS else _alone(transaction, actor, neighbours, around)
    ):
        known = {key for recording in group for key in transaction.recordings.activities(actor.project, recording)}
        activity = min(known - taken, default=None) or new_id()
        taken.add(activity)
        moved = [
            pair for recording in group for pair in transaction.recordings.assign(actor.project, recording, activity)
        ]
        told = sorted(source for source, had_one in moved if had_one)
        if told:
            transaction.journal.append(actor, "join", ("activity", activity), {"sources": told}, now)


def _alone(
    transaction: Transaction, actor: Actor, crowd: AbstractSet[Recording], around: Recording
) -> list[set[Recording]]:
    """Leave each of a crowd that has no activity yet by itself."""
    return [{one} for one in crowd if one == around or not transaction.recordings.activities(actor.project, one)]


def _neighbourhood(transaction: Transaction, project: str, around: Recording) -> set[Recording]:
    """Find what is linked with ``around``, with that, and so on; ``around`` itself only where somebody says it.

    The search ends when there are too many.
    """
    seen, waiting = {around}, [around]
    while waiting and len(seen) <= NEIGHBOURS + 1:
        one = waiting.pop()
        assert one.start is not None
        there = transaction.recordings.near(project, one.start, NEAR, NEIGHBOURS + 2)
        if one.distance:
            there += transaction.recordings.shifted(project, one.start, _REACH, _LOOK, text=one.type not in TEXT)
        fresh = {other for other in there if linked(one, other)} - seen
        seen |= fresh
        waiting += fresh
    return seen if transaction.recordings.exists(project, around) else seen - {around}
