"""The index of activities: found by what they are, each once, page by page, and as many as there are."""

import random
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BadRequest, NotFound
from gateway.model import Access, Workout
from gateway.service import activities as index
from gateway.service.access import by_command
from gateway.service.activities import SOURCES, Wanted
from gateway.service.keys import read_wish
from gateway.service.merging import WHATEVER
from gateway.service.periods import periods
from gateway.service.terms import query
from tests.samples import START, fit, gpx_route
from tests.service.harness import Services

HOUR = 3600
DAY = 24 * HOUR


def gpx(
    start: str | None = "2026-05-01T06:00:00Z", *, name: str = "a walk", sport: str = "walking", lat: float = 47.0,
    lon: float = 15.0, minutes: int = 30,
) -> bytes:  # fmt: skip
    """A track of two points."""
    times = ["", ""]
    if start:
        end = f"{start[:14]}{int(start[14:16]) + minutes:02}{start[16:]}"
        times = [f"<time>{moment}</time>" for moment in (start, end)]
    points = "".join(
        f'<trkpt lat="{lat + n / 100}" lon="{lon + n / 100}">{time}</trkpt>' for n, time in enumerate(times)
    )
    return (
        f'<gpx version="1.1" creator="t"><trk><name>{name}</name><type>{sport}</type>'
        f"<trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def at(day: int, hour: int = 6, second: int = 0) -> str:
    return f"2026-05-{day:02}T{hour:02}:{second // 60:02}:{second % 60:02}Z"


def owner(services: Services) -> Access:
    return by_command(services.owner)


def pages(services: Services, access: Access, limit: int = 2, **wanted: Any) -> Iterator[Workout]:
    """All activities that fit, page by page."""
    before: int | None = None
    while True:
        page = services.activities.page(access, Wanted(**wanted), before, limit)
        assert len(page.activities) <= limit
        yield from page.activities
        if page.before is None:
            return
        before = page.before


def names(services: Services, **wanted: Any) -> list[str | None]:
    return [workout.name for workout in pages(services, owner(services), **wanted)]


@pytest.fixture
def some(services: Services) -> Services:
    """Four activities and a route."""
    services.add("lake.gpx", "/activities", gpx(at(3), name="Round the Lake", sport="running", lat=47.0, lon=15.0))
    services.add("alp.gpx", "/activities", gpx(at(2), name="Große Alm", sport="hiking", lat=47.6, lon=13.2))
    services.add(
        "night.gpx", "/activities", gpx(at(1, 23), name="Night ride", sport="mountain_biking", lat=48.2, lon=16.3)
    )
    services.add("plan.gpx", "/activities", gpx(None, name="No time", sport="running", lat=-33.8, lon=151.2))
    services.add("loop.gpx", "/routes", gpx_route())
    return services


def test_newest_first_and_by_everything(some: Services) -> None:
    may = 1_777_593_600
    assert names(some) == ["No time", "Round the Lake", "Große Alm", "Night ride"]  # what has no time came now
    assert names(some, sport="running") == ["No time", "Round the Lake"]
    assert names(some, sport="Mountain Biking") == names(some, sport="cycling") == ["Night ride"]
    assert names(some, begin=may + DAY, end=may + 2 * DAY) == ["Große Alm"]
    assert names(some, begin=may + DAY + 6 * HOUR) == ["No time", "Round the Lake", "Große Alm"]
    assert names(some, end=may + DAY + 6 * HOUR) == ["Night ride"]
    assert names(some, boxes=((47.0, 14.0, 47.3, 15.5),)) == ["Round the Lake"]
    assert names(some, boxes=((47.0, 14.0, 47.3, 15.5), (-34.0, 151.0, -33.0, 180.0))) == ["No time", "Round the Lake"]
    assert names(some, boxes=((0.0, 0.0, 0.1, 0.1),)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lake", ["Round the Lake"]), ("LAKE round", ["Round the Lake"]), ("lake alm", []),
        ("grosse alm", ["Große Alm"]),
        ("night*", ["Night ride"]), ("nig*", ["Night ride"]), ("nigh", []), ("hiking", ["Große Alm"]),
        ("mountain", ["Night ride"]), ("lake.gpx", []),
    ],
)  # fmt: skip
def test_by_words(some: Services, text: str, found: list[str]) -> None:
    assert names(some, text=text) == found


@pytest.mark.parametrize("text", ["-", "a*", "*", " ".join("abcdefghi"), '"', "( )"])
def test_texts_that_say_nothing(some: Services, text: str) -> None:
    with pytest.raises(BadRequest):
        names(some, text=text)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_no_text_is_more_than_words(text: str, sport: str, device: str) -> None:
    """Whatever is typed, the query is words in quotes with AND and OR between them."""
    try:
        asked = query("abc", sport=sport, devices=[device] if device.isalnum() else [], text=text)
    except BadRequest:
        return
    assert asked is not None
    for part in asked.replace("(", "").replace(")", "").split():
        assert part in {"AND", "OR", "*"} or (part[0] == part[-1] == '"' and '"' not in part[1:-1])


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text_can_be_looked_for(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    services = _kept(tmp_path_factory)
    try:
        names(services, text=text)
    except BadRequest:
        return


_KEPT: dict[str, Services] = {}


def _kept(factory: pytest.TempPathFactory) -> Services:
    """One folder for all examples."""
    if "services" not in _KEPT:
        _KEPT["services"] = Services(factory.mktemp("kept"))
        _KEPT["services"].add("a.gpx", "/activities", gpx(at(1), name="日本 ελ नमस्ते"))
    return _KEPT["services"]


@pytest.mark.parametrize("word", ["日本", "ελ", "ΕΛ", "नमस्ते"])
def test_words_of_all_scripts(tmp_path_factory: pytest.TempPathFactory, word: str) -> None:
    assert names(_kept(tmp_path_factory), text=word) == ["日本 ελ नमस्ते"]


def test_one_workout_from_several_sources_is_one(services: Services) -> None:
    watch, other = services.pair("watch"), services.pair("other")
    summary = {"y": "act", "t": START, "d": 60, "m": 180, "sp": 1, "cal": 77}
    services.write(services.records.take(watch, [summary]))
    found = list(pages(services, owner(services)))
    assert [(each.file, each.sources, each.calories, each.devices) for each in found] == [
        (None, 1, 77, (watch.device.id,))
    ]
    run = services.upload(other, "run.fit", fit())
    (both,) = pages(services, owner(services))
    assert (both.id, both.file, both.sources) == (found[0].id, run.id, 2)
    assert both.calories is not None
    assert both.devices == tuple(sorted((watch.device.id, other.device.id)))
    for said in (watch.device.id, "watch", "OTHER", other.device.id):
        assert list(pages(services, owner(services), device=said)) == [both]
    assert list(pages(services, owner(services), device="nobody")) == []
    told = services.activities.told(owner(services), both.id)
    assert [entry.id for entry, _ in told.files] == [run.id]
    assert [body["cal"] for _, body in told.summaries] == [77]


def test_the_file_that_tells_most_speaks_first(services: Services) -> None:
    """Whatever came first: of two GPX files the one with more points, before both a FIT file."""
    track = gpx("2026-09-20T04:30:00Z", name="short", sport="running", minutes=1)
    track = track.replace(b'lat="47.01" lon="15.01"', b'lat="47.0016" lon="15.0"')  # 180 m, as the FIT file
    long = track.replace(b"short", b"long").replace(b"</trkseg>", b'<trkpt lat="47.0016" lon="15.0"/></trkseg>')
    expected: list[str] = []
    for name, content in (("short.gpx", track), ("long.gpx", long), ("run.fit", fit())):
        expected.insert(0, services.add(name, "/activities", content).file.id)
        (one,) = pages(services, owner(services))
        assert (one.file, one.sources) == (expected[0], len(expected))
    assert services.activities.told(owner(services), one.id).files[0][0].id == expected[0]


def test_a_fit_file_speaks_before_any_number_of_copies(services: Services) -> None:
    """No more than some sources of one activity are looked at."""
    track = gpx("2026-09-20T04:30:00Z", name="copy", sport="running", minutes=1)
    track = track.replace(b'lat="47.01" lon="15.01"', b'lat="47.0016" lon="15.0"')
    for n in range(100):
        services.add(f"copy {n}.gpx", "/activities", track.replace(b"copy", b"copy %d" % n))
    run = services.add("run.fit", "/activities", fit()).file
    (one,) = pages(services, owner(services))
    assert (one.file, one.sources) == (run.id, SOURCES)
    assert list(pages(services, owner(services), text="run")) == [one]


def test_it_follows_what_happens_to_files(services: Services) -> None:
    first = services.add("run.gpx", "/activities", gpx(at(1), name="first")).file
    assert names(services) == ["first"]
    services.add("run.gpx", "/activities", gpx(at(1), name="second"))
    assert names(services, text="second") == ["second"]
    assert names(services, text="first") == []
    services.add("run.gpx", "/activities", gpx(at(9), name="third"))
    assert names(services) == ["third"]
    services.write(services.revising.move(owner(services), first.id, "/documents/forest.gpx"))
    assert names(services, text="forest") == ["third"]
    assert names(services, text="run") == []
    services.write(services.revising.delete(owner(services), first.id, WHATEVER))
    assert names(services) == names(services, text="forest") == []
    services.write(services.revising.revive(owner(services), first.id))
    assert names(services, text="forest") == ["third"]
    services.add("forest.gpx", "/documents", b"no activity any more")
    assert names(services) == []


def test_others_activities_are_nobodys(services: Services) -> None:
    ana = services.access(services.register("ana@example.com").pair.access_token)
    services.add("mine.gpx", "/activities", gpx(at(1), name=f"p_{ana.project} s_running"))
    assert list(pages(services, ana)) == []
    assert list(pages(services, ana, text=f"{ana.project}")) == []
    (mine,) = pages(services, owner(services))
    with pytest.raises(NotFound):
        services.activities.told(ana, mine.id)
    key = services.write(services.keys.make(services.owner, read_wish("k", ["read"], "/activities"))).secret
    for call in (lambda access: services.activities.page(access, Wanted(), None, 1),
                 lambda access: services.activities.totals(access, "week", Wanted()),
                 lambda access: services.activities.told(access, mine.id)):  # fmt: skip
        with pytest.raises(NotFound, match="one folder"):
            call(services.access(key))


@pytest.mark.parametrize("seed", range(3))
def test_pages_skip_nothing_and_repeat_nothing(services: Services, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LOOK", 4)  # pages that are short, and empty ones
    chance = random.Random(seed)
    for n in range(24):
        where = {"lat": 47.0, "lon": 15.0} if n % 5 == 0 else {"lat": 47.2, "lon": 15.0}
        services.add(
            f"{n}.gpx",
            "/activities",
            gpx(at(1 + n % 3, n, 5 * n), name=f"n{n}", minutes=chance.randrange(3, 50), **where),
        )
    box = ((46.99, 14.99, 47.05, 15.05),)
    by_hand = [w for w in pages(services, owner(services), limit=100) if w.bbox and w.bbox[0] < 47.1]
    found = list(pages(services, owner(services), limit=chance.randrange(1, 5), boxes=box))
    assert found == by_hand
    assert len(found) == 5
    starts = [workout.moment for workout in pages(services, owner(services), limit=chance.randrange(1, 9))]
    assert len(starts) == 24
    assert starts == sorted(starts, reverse=True)


def test_totals(some: Services) -> None:
    vienna = ZoneInfo("Europe/Vienna")
    some.now = 1_777_593_600 + 10 * DAY
    (week, *older) = some.activities.totals(owner(some), "week", Wanted(begin=1_777_593_600 - 3 * DAY), vienna)
    assert (week.day and week.day.isoformat(), [row.activities for row in week.sports]) == ("2026-05-11", [])
    by_day = {str(row.day): row for row in some.activities.totals(owner(some), "day", Wanted(), vienna)}
    assert len(by_day) == 30
    assert by_day["2026-05-01"].sports == ()  # 23:00 UTC is the next day in Vienna
    assert {row.sport: row.activities for row in by_day["2026-05-02"].sports} == {"cycling": 1, "hiking": 1}
    months = some.activities.totals(owner(some), "month", Wanted(), ZoneInfo("UTC"))
    assert [str(row.day) for row in months[:3]] == ["2026-05-01", "2026-04-01", "2026-03-01"]
    assert sum(row.activities for row in months[0].sports) == 3
    assert months[0].end - months[0].begin == 31 * DAY
    (everything,) = some.activities.totals(owner(some), "sport", Wanted(sport="hiking"))
    assert [(row.sport, row.activities, row.elapsed) for row in everything.sports] == [("hiking", 1, 1800.0)]
    (nothing,) = some.activities.totals(owner(some), "sport", Wanted(begin=1, end=2))
    assert nothing.sports == ()
    for wrong in ("", "hour"):
        with pytest.raises(BadRequest):
            some.activities.totals(owner(some), wrong, Wanted())
    with pytest.raises(BadRequest, match="600"):
        some.activities.totals(owner(some), "day", Wanted(begin=1))
    assert len(older) <= 3


@pytest.mark.parametrize(
    ("word", "names_of"),
    [("running", ["road", "forest"]), ("trail_running", ["forest"]), ("trail", ["forest"]), ("cycling", []), ("", [])],
)
def test_what_is_listed_is_what_is_summed(services: Services, word: str, names_of: list[str]) -> None:
    services.add("road.gpx", "/activities", gpx(at(2), name="road", sport="running"))
    services.add("forest.gpx", "/activities", gpx(at(1), name="forest", sport="trail_running"))
    assert names(services, sport=word) == names_of
    sums = services.activities.totals(owner(services), "sport", Wanted(sport=word))
    assert [sum(row.activities for row in each.sports) for each in sums] == [len(names_of)]


def test_weeks_over_a_change_of_clocks() -> None:
    """The last Sunday of March has 23 hours in Vienna, the last of October 25."""
    vienna = ZoneInfo("Europe/Vienna")
    found = periods("week", 1_774_000_000, 1_795_000_000, 0, vienna)
    lengths = {str(period.day): period.end - period.begin for period in found}
    assert lengths["2026-03-23"] == 7 * DAY - HOUR
    assert lengths["2026-10-19"] == 7 * DAY + HOUR
    for earlier, later in zip(found[1:], found, strict=False):
        assert earlier.end == later.begin
    assert all(period.day.weekday() == 0 for period in found)
