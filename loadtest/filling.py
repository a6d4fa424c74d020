"""A data folder with many files of one user, filled by the services themselves before any gateway starts.

Four in five are workouts in ``/activities``, with what a summary says of a real one and a start every five hours;
the others lie in ``/documents/yyyy/mm``. Each has some bytes of its own, for what counts is how many there are.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from gateway.assembly import Gateway
from gateway.config import Config
from gateway.model import Access, Content, DeviceType, Facts, User
from gateway.service.access import by_command
from gateway.service.changes import facts_of
from gateway.service.checking import check
from gateway.service.incoming import content_of
from gateway.service.keys import read_wish
from gateway.service.merging import put
from gateway.simwatch.sample import RUN_START, activity
from gateway.store import Transaction

WATCHES = 8
KNOWN = 50
SPORTS = ("running", "running", "cycling", "cycling", "hiking", "swimming")
_BATCH = 1000  # files in one transaction
_EVERY = 17_000  # seconds between two starts
_PART_DOCUMENTS = 5  # one file in so many


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled folder holds and how to get at it.

    ``middle`` is a cursor behind half of the files, ``tokens`` are the watches', ``contents`` some (hash, size) that
    lie there; ``took`` seconds.
    """

    folder: Path
    files: int
    key: str
    middle: str
    tokens: list[str]
    contents: list[tuple[str, int]]
    took: float


@dataclass(frozen=True, slots=True)
class _New:
    path: str
    facts: Facts
    content: Content
    moment: int


def fill(folder: Path, files: int) -> Filled:
    """Make a data folder with so many files, watches and a key."""
    began = time.perf_counter()
    gateway = Gateway(Config.from_env({"SYNC_DATA_DIR": str(folder)}), polite=True)
    try:
        owner = gateway.open()
        access = by_command(owner)
        middle = ""
        contents: list[tuple[str, int]] = []
        for batch in _batches(files):
            gateway.store.write(partial(_put_all, access, batch)).result()
            contents = contents or [(new.content.sha256.hex(), new.content.size) for new in batch[:KNOWN]]
            state = gateway.sync.state(access)
            if not middle and state.counts and state.counts.files >= files // 2:
                middle = state.cursor.encode()
        tokens = [paired(gateway, owner, f"watch {number}") for number in range(WATCHES)]
        wish = read_wish("bench", ("read", "write"), None)
        key = gateway.store.write(gateway.keys.make(owner, wish)).result().secret
    finally:
        gateway.store.close()
    return Filled(folder, files, key, middle, tokens, contents, time.perf_counter() - began)


def _batches(files: int) -> Iterator[tuple[_New, ...]]:
    """Give all files in parts, two at least, so that there is a middle."""
    news, size = _news(files), min(_BATCH, files // 2)
    while batch := tuple(islice(news, size)):
        yield batch


def _put_all(access: Access, batch: tuple[_New, ...], transaction: Transaction) -> None:
    for new in batch:
        put(transaction, access.actor, new.path, new.facts, new.moment, content=new.content)


def _news(files: int) -> Iterator[_New]:
    chance = random.Random(files)
    known = facts_of(check(activity(600), "run.fit"))
    first = RUN_START - files * _EVERY
    for number in range(files):
        moment = first + number * _EVERY + chance.randrange(_EVERY // 3)
        content = content_of(b"file %d of %d\n" % (number, files) * 8)
        bare = Facts(content.sha256, content.size, content.crc32)
        if number % _PART_DOCUMENTS == 0:
            day = time.strftime("%Y/%m/%d-%H%M", time.gmtime(moment))
            yield _New(f"/documents/{day}-{number}.txt", bare, content, moment)
            continue
        said = dict(known.summary or {}) | _workout(chance, number) | {"start": moment}
        facts = replace(bare, type=known.type, kind=known.kind, summary=said)
        name = time.strftime("%Y-%m-%d-%H%M", time.gmtime(moment))
        yield _New(f"/activities/{name}-{number}.fit", facts, content, moment)


def _workout(chance: random.Random, number: int) -> dict[str, object]:
    """Give what makes workouts differ: one in forty is not at home, one in fifty has a name of its own."""
    south, west = (47.0, 15.4) if number % 40 else (chance.uniform(36, 60), chance.uniform(-9, 25))
    south, west = south + chance.uniform(0, 0.1), west + chance.uniform(0, 0.1)
    return {
        "sport": chance.choice(SPORTS),
        "name": f"Round {number}" if number % 50 == 1 else chance.choice(("Morning", "To work", "Evening")),
        "distance": 5000.0 + chance.randrange(20_000),
        "bbox": (south, west, south + 0.04, west + 0.05),
    }


def paired(gateway: Gateway, owner: User, name: str) -> str:
    """Pair a watch and give its token."""
    started = gateway.store.write(gateway.pairings.start(DeviceType.GARMIN, name, name, None, "127.0.0.1")).result()
    gateway.store.write(gateway.pairings.confirm(owner, started.code)).result()
    ready = gateway.pairings.poll(started.id)
    assert ready is not None
    return ready.token
