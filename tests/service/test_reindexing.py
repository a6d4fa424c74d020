"""An index that was lost, in part or whole, comes out of the journal as it was, while others go on writing."""

from pathlib import Path
from typing import Any

import pytest

from gateway.model import Access
from gateway.service.access import by_device
from gateway.service.merging import WHATEVER
from gateway.service.reindexing import Reindexed, Reindexing
from gateway.store import Store
from tests.keys import KEYRING
from tests.samples import START, fit
from tests.service.harness import Services
from tests.service.test_activities import at, gpx, names, owner, pages

TABLES = ("workouts", "recordings", "activities")


def dump(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    """All that the index is, its words too."""
    with services.store.read() as transaction:
        run = transaction.workouts._run
        rows = {table: sorted(run(f"select * from {table}").fetchall(), key=repr) for table in TABLES}
        rows["words"] = [
            row for word in ("s_running", "lake", "night", "run", "alm", "s_hiking")
            for row in run("select rowid from workout_words where workout_words match :word", word=f'"{word}"')
        ]  # fmt: skip
        rows["all words"] = run("select rowid from workout_words order by rowid").fetchall()
    return rows


def sabotage(services: Services, *statements: str) -> None:
    def write(transaction: Any) -> None:
        for statement in statements:
            transaction.workouts._run(statement)

    services.write(write)


def reindex(services: Services, rest: Any = lambda: None) -> Reindexed:
    store = Store(services.folder, KEYRING, polite=True).open()
    try:
        return Reindexing(store, lambda _what, _done, _whole: None, rest, services.clock).run()
    finally:
        store.close()


@pytest.fixture
def lived(services: Services) -> Services:
    """A folder in which much has happened."""
    watch = services.pair()
    services.write(services.records.take(watch, [{"y": "act", "t": START, "d": 60, "m": 180, "sp": 1}]))
    services.upload(watch, "run.fit", fit())
    services.upload(watch, "run.fit", fit(start=START + 86400))  # another run: "run (2).fit"
    services.upload(watch, "run.fit", fit(90, START + 86400))  # and that once more, longer
    lake = services.add("lake.gpx", "/activities", gpx(at(3), name="Round the Lake", sport="running")).file
    services.add("alm.gpx", "/activities", gpx(at(2), name="Alm", sport="hiking", lat=47.6))
    night = services.add("night.gpx", "/activities", gpx(at(1, 23), name="Night")).file
    gone = services.add("gone.gpx", "/activities", gpx(at(4), name="Gone")).file
    back = services.add("back.gpx", "/activities", gpx(at(5), name="Back")).file
    services.write(services.revising.move(owner(services), lake.id, "/documents/lake.gpx"))
    services.write(services.revising.delete(owner(services), gone.id, WHATEVER))
    services.write(services.revising.delete(owner(services), back.id, WHATEVER))
    services.write(services.revising.revive(owner(services), back.id))
    services.add("night.gpx", "/activities", b"no activity any more")
    services.add("twice.gpx", "/activities", gpx(at(2), name="Alm again", sport="hiking", lat=47.6))
    assert night.id != gone.id
    ana = services.register("ana@example.com")
    assert ana.device.project != services.owner.project
    return services


def test_nothing_changes_where_nothing_is_wrong(lived: Services) -> None:
    before = dump(lived)
    done = reindex(lived)
    assert done.mended == 0
    assert (done.activities, done.sources >= 8) == (len(before["workouts"]), True)
    assert dump(lived) == before


@pytest.mark.parametrize(
    "statements",
    [
        ["delete from workouts"],
        ["delete from recordings"],
        ["delete from activities", "delete from workouts", "delete from recordings"],
        ["update workouts set sport = 'curling', file = null"],
        ["update recordings set activity = 'aaaaaaaaaaaa', elapsed = 1"],
        ["insert into workout_words (rowid, said) values (77, 's_running lake')"],
        ["delete from workout_words where rowid in (select key from workouts)"],
        [
            """insert into recordings (source, project, activity)
               select 'zzzzzzzzzzzz', id, 'zzzzzzzzzzzz' from projects limit 1""",
            """insert into workouts (key, activity, project, sources, devices)
               select 5, 'zzzzzzzzzzzz', id, 1, '[]' from projects limit 1""",
        ],
        [
            """insert into activities
               select id, project, 'x', null, 1, null, null, null from files where deleted is not null""",
        ],
    ],
)  # fmt: skip
def test_what_was_lost_or_wrong_comes_out_the_same(lived: Services, statements: list[str]) -> None:
    before = dump(lived)
    sabotage(lived, *statements)
    assert dump(lived) != before
    reindex(lived)
    assert dump(lived) == before
    assert reindex(lived).mended == 0


def test_others_go_on_meanwhile(lived: Services) -> None:
    """Between any two transactions somebody adds, changes and removes; nothing of it is lost, nothing comes back."""
    sabotage(lived, "delete from workouts", "update recordings set activity = null")
    added: list[str] = []
    newcomers: list[Access] = []

    def somebody() -> None:
        n = len(added)
        file = lived.add(f"more{n}.gpx", "/activities", gpx(at(10 + n % 9, n % 24, 5 * n), name=f"more {n}")).file
        added.append(file.id)
        if n % 3 == 2:
            lived.write(lived.revising.delete(owner(lived), added[n - 1], WHATEVER))
        if n == 0:
            newcomers.append(by_device(lived.register("new@example.com").device, ""))
            lived.upload(lived.pair(user=lived.accounts.find("new@example.com")), "run.fit", fit())

    reindex(lived, somebody)
    assert len(list(pages(lived, newcomers[0]))) == 1
    assert len(added) >= 4
    after = dump(lived)
    assert reindex(lived).mended == 0
    assert dump(lived) == after
    kept = {f"more {n}" for n in range(len(added)) if not ((n + 1) % 3 == 2 and n + 1 < len(added))}
    assert kept <= set(names(lived, limit=50))
    assert "Gone" not in names(lived)


def test_what_an_earlier_release_has_stored(tmp_path: Path) -> None:
    """Its journal says no activity and no name that was meant: what the index knows of that stays."""
    services = Services(tmp_path)
    watch = services.pair()
    services.upload(watch, "run.fit", fit())
    services.upload(watch, "run.fit", fit(start=START + 86400))
    before = dump(services)
    sabotage(
        services, "update journal set payload = json_remove(payload, '$.activity', '$.stem')", "delete from workouts"
    )
    reindex(services)
    assert dump(services) == before
    services.store.close()


def test_the_agent_fills_in_what_is_missing(lived: Services) -> None:
    before = dump(lived)
    sabotage(lived, "delete from workouts", "delete from workout_words")
    lived.keep_house()
    assert dump(lived) == before
