"""Refused files for their owner: what is listed, what a repair leaves in the tree, what is forgotten and when."""

import io
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import formats
from gateway.auth.tokens import new_id
from gateway.contents import FileContents
from gateway.errors import BadRequest, FormatError, NotFound, Unauthorized
from gateway.formats import fit
from gateway.model import Access, Key, Kind, Rejection, Scope, User
from gateway.service.devices import Caller
from gateway.service.incoming import content_of
from gateway.service.keys import read_wish
from gateway.service.refused import RefusedFile, RefusedFiles
from gateway.service.retention import REFUSED
from gateway.simwatch.sample import route
from gateway.store import INLINE
from tests.e2e import content
from tests.keys import KEYRING
from tests.samples import START
from tests.service.harness import Services

SECONDS = 1250  # of the run that is cut
RUN = content.middle(1)
CUT = RUN[:12_000]
INVALID = Path(__file__).parents[1] / "data" / "formats" / "invalid"


def refuse(services: Services, caller: Caller, data: bytes, name: str = "run.fit") -> None:
    assert isinstance(services.write(services.uploads.whole(caller, name, data)), FormatError)


def listed(services: Services, user: User | None = None) -> list[RefusedFile]:
    return list(services.refused.all(user or services.owner))


def got(services: Services, user: User, key: str) -> bytes:
    with services.rejections.open_for(user, key).source as source:
        return source.read()


def only(services: Services) -> RefusedFile:
    [file] = listed(services)
    return file


def tree(services: Services) -> dict[str, bytes]:
    """All files of the owner."""
    found = services.tree.below(services.owner, "/")
    return {row.file.path: b"".join(services.tree.get(services.owner, row.file.path)) for row in found}


def test_what_can_be_saved_is_told(services: Services) -> None:
    caller = services.pair("fenix")
    refuse(services, caller, CUT)
    file = only(services)
    assert (file.sender, file.rejection.name, file.rejection.size) == ("fenix", "run.fit", len(CUT))
    assert "the file is cut short" in file.rejection.message
    salvage = file.salvage
    assert salvage is not None
    assert 450 < salvage.records < 550
    assert salvage.start == START
    assert salvage.until == START + salvage.records - 1
    assert salvage.seconds == salvage.records - 1
    assert salvage.whole == pytest.approx(SECONDS, rel=0.05)
    assert file.repaired is file.original is None


def test_a_repair_puts_a_valid_file_beside_the_one_that_came(services: Services) -> None:
    caller = services.pair("fenix")
    refuse(services, caller, CUT)
    file = only(services)
    done = services.write(services.refused.repair(services.owner, file.rejection.id))
    assert done.salvage == file.salvage
    kept = tree(services)
    assert list(kept) == ["/activities/run (repaired).fit", "/backups/fenix/run.fit"]
    assert kept["/backups/fenix/run.fit"] == CUT
    summary = formats.read(kept["/activities/run (repaired).fit"])
    assert (summary.kind, summary.records, summary.start) == (Kind.ACTIVITY, file.salvage.records, START)
    now = only(services)
    assert (now.repaired, now.original) == ("/activities/run (repaired).fit", "/backups/fenix/run.fit")
    [original] = services.tree.below(services.owner, "/backups")
    assert original.damaged == file.rejection.message


def test_a_second_repair_changes_nothing(services: Services) -> None:
    caller = services.pair("fenix")
    refuse(services, caller, CUT)
    key = only(services).rejection.id
    services.write(services.refused.repair(services.owner, key))
    before, entries = tree(services), journal(services)
    services.now += 1
    refuse(services, caller, CUT)  # the watch tries again: it is the same refusal
    assert only(services).rejection.id == key
    again = services.write(services.refused.repair(services.owner, key))
    assert again.repaired.duplicate
    assert again.original.duplicate
    assert (tree(services), journal(services)) == (before, entries)


def journal(services: Services) -> int:
    with services.store.read() as transaction:
        return transaction.journal.head(services.owner.project)


def test_the_whole_workout_may_come_later(services: Services) -> None:
    caller = services.pair("fenix")
    refuse(services, caller, CUT)
    services.write(services.refused.repair(services.owner, only(services).rejection.id))
    receipt = services.upload(caller, "run.fit", RUN)
    assert (receipt.version, receipt.duplicate) == (1, False)
    assert tree(services)["/activities/run.fit"] == RUN
    assert only(services).repaired == "/activities/run (repaired).fit"


def test_two_pieces_of_a_workout_stay_apart(services: Services) -> None:
    caller = services.pair("fenix")
    for size in (12_000, 20_000):
        services.now += 1
        refuse(services, caller, RUN[:size])
    longer, shorter = listed(services)  # newest first
    assert longer.salvage.records > shorter.salvage.records
    for file in (longer, shorter):
        services.write(services.refused.repair(services.owner, file.rejection.id))
    assert list(tree(services)) == [
        "/activities/run (repaired) (2).fit", "/activities/run (repaired).fit",
        "/backups/fenix/run (2).fit", "/backups/fenix/run.fit",
    ]  # fmt: skip
    assert [file.original for file in listed(services)] == ["/backups/fenix/run.fit", "/backups/fenix/run (2).fit"]


def test_after_30_days_only_what_was_repaired_is_there(services: Services) -> None:
    caller = services.pair("fenix")
    lost = content.middle(2)[:12_000]
    refuse(services, caller, CUT)
    refuse(services, caller, lost, "lost.fit")
    services.write(services.refused.repair(services.owner, find(services, "run.fit").id))
    services.now += REFUSED
    services.cleanup.run()
    assert len(listed(services)) == 2
    services.now += 1
    services.cleanup.run()
    assert listed(services) == []
    assert tree(services)["/backups/fenix/run.fit"] == CUT
    with services.store.read() as transaction:
        assert transaction.contents._value("select count(*) from contents", {}) == 2


def find(services: Services, name: str) -> Rejection:
    return next(file.rejection for file in listed(services) if file.rejection.name == name)


def test_what_is_discarded_is_gone_but_not_what_was_saved(services: Services) -> None:
    caller = services.pair("fenix")
    refuse(services, caller, CUT)
    refuse(services, caller, RUN[:15_000], "other.fit")
    run, other = find(services, "run.fit"), find(services, "other.fit")
    assert got(services, services.owner, run.id) == CUT
    services.write(services.refused.repair(services.owner, run.id))
    late = services.refused.repair(services.owner, other.id)
    for rejection in (run, other):
        assert services.write(services.refused.discard(services.owner, rejection.id)) == rejection
    assert listed(services) == []
    assert tree(services)["/backups/fenix/run.fit"] == CUT
    with services.store.read() as transaction:
        assert transaction.contents.body(other.sha256) is None
    with pytest.raises(NotFound):
        services.write(late)
    for ask in (services.rejections.open_for, services.refused.repair):
        with pytest.raises(NotFound):
            ask(services.owner, run.id)
    with pytest.raises(NotFound):
        services.write(services.refused.discard(services.owner, run.id))
    assert "/activities/other (repaired).fit" not in tree(services)


def test_users_do_not_see_each_others_refused_files(services: Services) -> None:
    services.write(services.accounts.add("owner@example.com", "correct horse"))
    stranger = services.write(services.accounts.add("other@example.com", "correct horse"))
    refuse(services, services.pair("watch"), CUT)
    key = only(services).rejection.id
    assert listed(services, stranger) == []
    with pytest.raises(NotFound):
        got(services, stranger, key)
    with pytest.raises(NotFound):
        services.refused.repair(stranger, key)
    with pytest.raises(NotFound):
        services.write(services.refused.discard(stranger, key))
    assert only(services).rejection.id == key


def test_only_fit_can_be_saved(services: Services) -> None:
    caller = services.pair("fenix")
    for name, data in (("cut.gpx", b"<gpx><trk>"), ("cut.json", b'{"a":'), ("noise.fit", bytes(range(200)))):
        refuse(services, caller, data, name)
    for file in listed(services):
        assert file.salvage is None
        error, said = (FormatError, None) if file.rejection.name == "noise.fit" else (BadRequest, "only FIT files")
        with pytest.raises(error, match=said):
            services.refused.repair(services.owner, file.rejection.id)
    assert tree(services) == {}


@pytest.mark.parametrize(
    ("name", "repaired"),
    [("noext", "noext (repaired).fit"), (".fit", ".fit (repaired).fit"), ("a.FIT", "a (repaired).FIT")],
)
def test_what_is_repaired_has_an_ending(services: Services, name: str, repaired: str) -> None:
    refuse(services, services.pair("fenix"), CUT, name)
    services.write(services.refused.repair(services.owner, only(services).rejection.id))
    assert list(tree(services)) == [f"/activities/{repaired}", f"/backups/fenix/{name}"]


def test_what_is_over_the_cap_is_not_looked_into(services: Services) -> None:
    """It came in under a higher one."""
    refuse(services, services.pair("fenix"), CUT)
    [file] = RefusedFiles(services.store, len(CUT) - 1, services.clock).all(services.owner)
    assert file.salvage is None
    [file] = RefusedFiles(services.store, len(CUT), services.clock).all(services.owner)
    assert file.salvage is not None


def test_each_content_is_looked_into_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bytes] = []
    really = fit.repair
    monkeypatch.setattr(fit, "repair", lambda data: looks.append(data) or really(data))
    caller = services.pair("fenix")
    for name, data in (("run.fit", CUT), ("noise.fit", bytes(range(200)))):
        refuse(services, caller, data, name)
    first = next(services.refused.all(services.owner))
    assert len(looks) == 1  # the others only when they are asked for
    for _ in range(3):
        assert first in listed(services)
    assert sorted(looks) == sorted([CUT, bytes(range(200))])


def test_the_length_is_guessed_where_the_damage_is_in_the_middle(services: Services) -> None:
    refuse(services, services.pair("fenix"), CUT + b"\x7f" * 100 + RUN[len(CUT) + 100 :])
    salvage = only(services).salvage
    assert salvage is not None
    assert salvage.records < 550
    assert salvage.whole == pytest.approx(SECONDS, rel=0.05)


def test_no_length_is_guessed_from_a_header_that_does_not_say_or_exaggerates(services: Services) -> None:
    caller = services.pair("fenix")
    for size in (0, 0xFFFFFFFF, 40 * len(CUT)):
        data = RUN[:4] + size.to_bytes(4, "little") + RUN[8:12] + b"\0\0" + CUT[14:]
        refuse(services, caller, data, f"{size}.fit")
    for file in listed(services):
        assert file.salvage is not None
        assert file.salvage.records > 450
        assert file.salvage.whole is None


def test_what_an_earlier_release_refused_is_taken_as_it_is(services: Services) -> None:
    caller = services.pair("fenix")
    rejection = Rejection(
        "aaaaaaaaaaaa", services.owner.project, caller.device.id, "run.fit", sha256(RUN).digest(), len(RUN),
        "invalid_file", "the file is odd (odd at byte 1)", services.now,
    )  # fmt: skip
    services.write(lambda transaction: (transaction.contents.add(content_of(RUN)), transaction.rejected.add(rejection)))
    assert only(services).salvage.records == SECONDS
    done = services.write(services.refused.repair(services.owner, rejection.id))
    assert done.repaired.file == done.original.file
    assert tree(services) == {"/activities/run.fit": RUN}


def test_a_key_that_sent_a_file_is_named(services: Services) -> None:
    made = services.write(services.keys.make(services.owner, read_wish("laptop", ["upload"], None)))
    earlier(services, made.key.id, CUT)
    assert only(services).sender == "laptop"
    services.write(services.keys.revoke(made.key.id))
    assert only(services).sender == "laptop"


@pytest.mark.parametrize("file", sorted(INVALID.glob("*.fit")), ids=lambda path: path.stem)
def test_what_is_offered_is_what_a_repair_gives(services: Services, file: Path) -> None:
    refuse(services, services.pair("fenix"), file.read_bytes(), file.name)
    holds_what_it_offers(services, only(services))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(RUN) - 1), st.lists(st.tuples(st.integers(0, len(RUN) - 1), st.integers(1, 255)), max_size=3))
def test_any_damage_is_offered_for_what_a_repair_gives(
    services: Services, length: int, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(RUN)
    for at, mask in flips:
        data[at] ^= mask
    refuse(services, services.pair("fenix"), bytes(data[:length]))
    for file in listed(services):
        holds_what_it_offers(services, file)
        services.write(services.refused.discard(services.owner, file.rejection.id))


def holds_what_it_offers(services: Services, file: RefusedFile) -> None:
    if file.salvage is None:
        with pytest.raises(FormatError):
            services.refused.repair(services.owner, file.rejection.id)
        return
    done = services.write(services.refused.repair(services.owner, file.rejection.id))
    kept = tree(services)
    assert formats.read(kept[done.repaired.file.path]).records == file.salvage.records
    assert kept[done.original.file.path] == got(services, services.owner, file.rejection.id)


def access(services: Services, folder: str | None = None) -> Access:
    """A key that may read and write."""
    key = Key("kkkkkkkkkkkk", services.owner.id, "script", frozenset({Scope.READ, Scope.WRITE}), folder, 1, None, None)
    if folder is None:
        services.write(lambda transaction: transaction.keys.add(key, b"k"))
    home = services.owner.project
    return Access(services.owner.id, home, home, key.scopes, b"k" * 32, key=key, folder=folder)


def earlier(services: Services, sender: str | None, data: bytes, name: str = "run.fit") -> Rejection:
    """A refusal by an earlier release, which could not read what this one can."""
    found = content_of(data)
    if len(data) > INLINE:
        found = FileContents(services.folder / "contents", KEYRING).put(io.BytesIO(data))
    rejection = Rejection(
        new_id(), services.owner.project, sender, name, found.sha256, len(data), "invalid_file", "odd", services.now
    )
    services.write(lambda transaction: (transaction.contents.add(found), transaction.rejected.add(rejection)))
    return rejection


def test_a_retry_takes_what_is_good_by_now_as_its_senders(services: Services) -> None:
    caller, mine = services.pair("fenix"), access(services)
    settings_file = b'{"a": 1}'
    watch = [earlier(services, caller.device.id, RUN), earlier(services, caller.device.id, settings_file, "a.json")]
    others = [
        earlier(services, mine.key.id, content.middle(2), "key.fit"),
        earlier(services, mine.key.id, b'{"b": 1}', "b.json"),
        earlier(services, None, content.middle(3), "nobody.fit"),
    ]
    for rejection in watch + others:
        done = services.write(services.rejections.retry(mine, rejection.id))
        assert (done.duplicate, done.file.device) == (False, rejection.device)
    assert set(tree(services)) == {
        "/activities/run.fit", "/backups/fenix/a.json", "/activities/key.fit", "/documents/b.json",
        "/activities/nobody.fit",
    }  # fmt: skip
    assert listed(services) == []
    with pytest.raises(NotFound):
        services.rejections.retry(mine, watch[0].id)


def test_a_retry_of_a_long_file_reads_it_from_the_disk(services: Services) -> None:
    mine = access(services)
    data = route(20_000)
    assert len(data) > INLINE
    rejection = earlier(services, mine.key.id, data, "long.gpx")
    with pytest.raises(BadRequest, match="only files up to 128 KB"):
        services.refused.repair(services.owner, rejection.id)
    opened = services.rejections.open(mine, rejection.id)
    with opened.source as source:
        assert source.read() == data
    done = services.write(services.rejections.retry(mine, rejection.id))
    assert tree(services)[done.file.path] == data
    with services.store.read() as transaction:
        assert transaction.versions.crc32(done.file.id, 1) == zlib.crc32(data)


def test_a_retry_of_what_is_still_bad_gives_todays_reason(services: Services) -> None:
    rejection = earlier(services, services.pair("fenix").device.id, CUT)
    error = services.write(services.rejections.retry(access(services), rejection.id))
    assert isinstance(error, FormatError)
    now = only(services).rejection
    assert now == replace(rejection, error=error.word, message=error.message)
    assert "cut short" in now.message


def test_a_retry_prepared_before_the_refusal_went_changes_nothing(services: Services) -> None:
    mine = access(services)
    for data in (CUT, RUN):
        rejection = earlier(services, None, data)
        late = services.rejections.retry(mine, rejection.id)
        services.write(services.refused.discard(services.owner, rejection.id))
        with pytest.raises(NotFound):
            services.write(late)
    assert tree(services) == {}


def test_a_revoked_key_retries_nothing(services: Services) -> None:
    mine = access(services)
    rejection = earlier(services, None, RUN)
    late = services.rejections.retry(mine, rejection.id)
    services.write(lambda transaction: transaction.keys.revoke(mine.key.id, services.now))
    with pytest.raises(Unauthorized):
        services.write(late)
    assert tree(services) == {}


def test_what_is_in_the_tree_already_is_no_second_file(services: Services) -> None:
    mine, caller = access(services), services.pair("fenix")
    services.upload(caller, "run.fit", RUN)
    rejection = earlier(services, caller.device.id, RUN, "again.fit")
    assert services.write(services.rejections.retry(mine, rejection.id)).duplicate
    assert list(tree(services)) == ["/activities/run.fit"]
    assert listed(services) == []


def test_a_key_of_one_folder_sees_none(services: Services) -> None:
    rejection = earlier(services, None, RUN)
    narrow = access(services, "/activities")
    for ask in (
        lambda: services.rejections.page(narrow, 10),
        lambda: services.rejections.open(narrow, rejection.id),
        lambda: services.rejections.retry(narrow, rejection.id),
    ):
        with pytest.raises(NotFound):
            ask()


def test_pages_are_newest_first(services: Services) -> None:
    mine, made = access(services), []
    for number in range(7):
        services.now += number % 2
        made.append(earlier(services, None, b"%d" % number))
    made.sort(key=lambda row: (row.time, row.id), reverse=True)
    first = services.rejections.page(mine, 3)
    assert first == made[:3]
    assert services.rejections.page(mine, 10, (first[-1].time, first[-1].id)) == made[3:]


def test_all_are_tried_again(services: Services) -> None:
    good, bad = earlier(services, None, RUN), earlier(services, None, CUT, "cut.fit")
    lost = earlier(services, None, route(20_000), "lost.gpx")
    with services.store.read() as transaction:
        (services.folder / "contents" / transaction.contents.location(lost.sha256)).unlink()
    outcomes = [services.write(write) for write in services.rejections.retry_all()]
    assert [isinstance(outcome, FormatError) for outcome in outcomes].count(True) == 1
    assert {row.rejection.id for row in listed(services)} == {bad.id, lost.id}
    assert tree(services) == {"/activities/run.fit": RUN}
    assert good.id not in {row.rejection.id for row in listed(services)}
    services.write(services.refused.discard(services.owner, lost.id))
