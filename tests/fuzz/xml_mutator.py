"""Mutations of GPX and TCX by element, so that most results are still well-formed and mean something."""

import re
from collections.abc import Callable
from random import Random

Raw = Callable[[bytes], bytes]

LONGEST_REPEATED = 600
MOST_TOKENS = 10_000
"""What has grown beyond that is not changed further."""

_TOKEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^<>]*>|[^<]+|<", re.DOTALL)
_OPEN = re.compile(rb"<([A-Za-z_][^\s/>]*)([^>]*?)(/?)>", re.DOTALL)
_DIGIT = re.compile(rb"\d(?=[\d.]*[<\"'])")
_ATTRIBUTE = re.compile(rb"""=\s*("[^"]*"|'[^']*')""")

_LEAVES = (
    b"ele time name type desc cmt sym hr heartrate cad cadence power watts PowerInWatts temp atemp wtemp speed "
    b"course distance Id Time AltitudeMeters DistanceMeters HeartRateBpm Value Cadence RunCadence Speed Watts "
    b"TotalTimeSeconds Calories Name PointType Notes Intensity TriggerMethod AvgRunCadence MaxRunCadence "
    b"MaxBikeCadence AvgWatts MaxWatts Steps LatitudeDegrees LongitudeDegrees UnitId ProductID VersionMajor "
    b"VersionMinor MaximumSpeed"
).split()
_BRANCHES = (
    b"gpx trk trkseg trkpt rte rtept wpt metadata extensions TrackPointExtension gpxtpx:TrackPointExtension "
    b"TrainingCenterDatabase Activities Activity Lap Track Trackpoint Position Courses Course CoursePoint "
    b"Workouts Workout MultiSportSession FirstSport NextSport Transition Extensions TPX LX ns3:TPX Creator "
    b"Version AverageHeartRateBpm MaximumHeartRateBpm BeginPosition EndPosition"
).split()
VALUES = (
    b"0", b"-0", b"-0.0", b"1", b"45.1", b"90", b"-90", b"91", b"180", b"-180", b"180.0000001", b"1e999", b"-1e999",
    b"1e308", b"5e-324", b"NaN", b"nan", b"inf", b"-Infinity", b"0x10", b"1_0", b"1,5", b" 7 ", b"+7", b".5", b"5.",
    b"", b" ", b"2147483647", b"2147483648", b"4294967295", b"9" * 64, b"9" * 65, "٣".encode(), b"72057594037927936",
    b"1970-01-01T00:00:00Z", b"1969-12-31T23:59:59Z", b"1989-12-31T00:00:00Z", b"2038-01-19T03:14:07Z",
    b"2107-01-01T00:00:00Z", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"2020-02-30T00:00:00Z",
    b"2020-01-01", b"2020-W01-1", b"2020-01-01T24:00:00", b"2020-01-01T00:00:60Z", b"2020-01-01T00:00:00.123456789Z",
    b"20200101T000000Z", b"T00", b"2020-01-01 00:00", b"Running", b"Biking", b"running", b"9", b"Generic", b"Left",
    b"&amp;", b"&#0;", b"&#x10FFFF;", b"&lol;", "\u202e".encode(), b"\xed\xa0\x80", b"\xff", b"\x00", b"\x1b",
    b"a" * 200, b"]]>", b"<![CDATA[1]]>", b"\xc3", "\u2028".encode(),
)  # fmt: skip
_ATTRIBUTES = (b"lat", b"lon", b"creator", b"version", b"Sport", b"StartTime", b"xmlns", b"xmlns:a", b"xml:lang", b"a")
_PROLOGUES = (
    b"", b"\xef\xbb\xbf", b" \n", b"<?xml version='1.0'?>", b"<?xml version='1.1'?>",
    b"<?xml version='1.0' encoding='UTF-7'?>", b"<?xml version='1.0' encoding='UTF-16'?>",
    b"<?xml version='1.0' encoding='ISO-8859-1'?>", b"<!DOCTYPE gpx>", b"<!-- -->",
    b"<?xml version='1.0' encoding='windows-1252'?>", b"<!DOCTYPE gpx [<!ENTITY lol 'lol'>]>", b"<!DOCTYPE html>",
    b"<?a?>", b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd">',
    b"<?xml version='1.0' encoding='US-ASCII' standalone='no'?>",
)  # fmt: skip


def mutate(data: bytes, random: Random, raw: Raw) -> bytes:
    """Change a document in one to four places."""
    if random.random() < 0.04:
        return raw(data)
    tokens: list[bytes] = _TOKEN.findall(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        if len(tokens) > MOST_TOKENS:
            break
        random.choice(_STEPS)(tokens, random, raw)
    return b"".join(tokens)


def crossover(one: bytes, two: bytes, random: Random) -> bytes:
    """Put an element of ``two`` into ``one``, or in the place of one."""
    tokens, others = _TOKEN.findall(one), _TOKEN.findall(two)
    start, end = _element(tokens, random)
    first, behind = _element(others, random)
    tokens[start : random.choice((start, end))] = others[first:behind]
    return b"".join(tokens)


def _element(tokens: list[bytes], random: Random) -> tuple[int, int]:
    """Where some element begins and ends, as token indexes; an empty range where there is none."""
    starts = [at for at, token in enumerate(tokens) if _OPEN.fullmatch(token)]
    if not starts:
        return len(tokens), len(tokens)
    start = random.choice(starts)
    depth = 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token.startswith(b"</"):
            depth -= 1
        elif (tag := _OPEN.fullmatch(token)) and not tag[3]:
            depth += 1
        if depth <= 0:
            return start, at + 1
    return start, len(tokens)


def _duplicate(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    start, end = _element(tokens, random)
    tokens[end:end] = tokens[start:end] * random.choice((1, 1, 3, 30))


def _repeat(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    """Go on from an element as a recording does: alike but for some digits, and now and then for a value."""
    start, end = _element(tokens, random)
    shape = b"".join(tokens[start:end])
    if len(shape) > LONGEST_REPEATED:
        return
    made: list[bytes] = []
    for _ in range(random.choice((2, 9, 20))):
        again = _DIGIT.sub(lambda _: b"%d" % random.randrange(10), shape)
        piece: list[bytes] = _TOKEN.findall(again)
        if random.random() < 0.1:
            random.choice((_set_text, _set_attribute, _unbalance, _insert, _rename))(piece, random, _raw)
        made += piece
    tokens[end:end] = made


def _remove(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    start, end = _element(tokens, random)
    del tokens[start:end]


def _move(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    """Copy an element behind some tag: beside, into or before others, or into itself."""
    start, end = _element(tokens, random)
    at = random.randint(0, len(tokens))
    tokens[at:at] = tokens[start:end]


def _unbalance(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    if tokens:
        at = random.randrange(len(tokens))
        tokens[at : at + 1] = random.choice(([], [tokens[at]] * 2, [random.choice(VALUES)]))


def _insert(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    """A known element with an odd value, behind some tag."""
    tags = [at for at, token in enumerate(tokens) if token.startswith(b"<")]
    name = random.choice(_LEAVES if random.random() < 0.7 else _BRANCHES)
    at = random.choice(tags) + 1 if tags else 0
    inside = random.choice(VALUES)
    if random.random() < 0.3:
        inside = b"<Value>" + inside + b"</Value>"
    tokens[at:at] = [b"<" + name + _attributes(random) + b">", inside, b"</" + name + b">"]


def _attributes(random: Random) -> bytes:
    if random.random() < 0.5:
        return b""
    names = random.sample(_ATTRIBUTES, random.choice((1, 2, 2, 3)))
    return b"".join(b" " + name + b'="' + random.choice(VALUES).replace(b"<", b"") + b'"' for name in names)


def _rename(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    """Give an element another name, or a prefix."""
    start, end = _element(tokens, random)
    tag = _OPEN.fullmatch(tokens[start]) if start < end else None
    if tag is None:
        return
    name = random.choice((b"x:" + tag[1], tag[1].rpartition(b":")[2], random.choice(_LEAVES), random.choice(_BRANCHES)))
    tokens[start] = b"<" + name + tag[2] + tag[3] + b">"
    if not tag[3]:
        tokens[end - 1] = b"</" + name + b">"


def _set_text(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    places = [at for at, token in enumerate(tokens) if not token.startswith(b"<") and token.strip()]
    if places:
        tokens[random.choice(places)] = random.choice(VALUES)


def _set_attribute(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    places = [at for at, token in enumerate(tokens) if b"=" in token and _OPEN.fullmatch(token)]
    if places:
        at = random.choice(places)
        found = random.choice(list(_ATTRIBUTE.finditer(tokens[at])) or [None])
        if found:
            tokens[at] = tokens[at][: found.start(1) + 1] + random.choice(VALUES) + tokens[at][found.end(1) - 1 :]


def _add_attribute(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    places = [at for at, token in enumerate(tokens) if _OPEN.fullmatch(token)]
    if places:
        at = random.choice(places)
        tag = _OPEN.fullmatch(tokens[at])
        tokens[at] = b"<" + tag[1] + tag[2] + _attributes(random) + tag[3] + b">" if tag else b""


def _raw_bytes(tokens: list[bytes], random: Random, raw: Raw) -> None:
    if tokens:
        at = random.randrange(len(tokens))
        tokens[at] = raw(tokens[at])


def _wrap(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    before, behind = random.choice(((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?a ", b"?>"), (b"<a>", b"</a>")))
    start, end = _element(tokens, random)
    tokens[start:end] = [before, *tokens[start:end], behind]


def _begin(tokens: list[bytes], random: Random, _raw: Raw) -> None:
    """Another prologue, or all of it in another encoding."""
    if tokens and tokens[0].startswith((b"<?", b"\xef")):
        del tokens[0]
    tokens.insert(0, random.choice(_PROLOGUES))
    if random.random() < 0.1:
        text = b"".join(tokens).decode("utf-8", "replace")
        tokens[:] = [
            text.encode(random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1")), "replace")
        ]


_STEPS = (
    _duplicate, _repeat, _repeat, _repeat, _remove, _move, _unbalance, _insert, _insert, _insert, _rename, _set_text,
    _set_text, _set_attribute, _set_attribute, _add_attribute, _raw_bytes, _wrap, _begin,
)  # fmt: skip
