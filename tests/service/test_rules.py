"""What the services decide: who may read what, where files land, what is kept."""

import io
import unicodedata

import pytest

from gateway.errors import BadRequest, FormatError, NotFound, OffsetMismatch, Unauthorized
from gateway.model import DeviceType, FileType, User
from gateway.service import refusing, uploads
from gateway.service.uploads import Part, Progress
from gateway.simwatch.sample import activity
from tests.e2e import content
from tests.samples import gpx_route
from tests.service.harness import Services


def other_user(services: Services) -> User:
    services.write(services.accounts.add("owner@example.com", "correct horse"))
    added: User = services.write(services.accounts.add("other@example.com", "correct horse"))
    return added


def track(n: int) -> bytes:
    return f'<gpx version="1.1"><trk><trkseg><trkpt lat="47.{n}" lon="15"/></trkseg></trk></gpx>'.encode()


def paths(services: Services, folder: str = "/") -> list[str]:
    return [row.file.path for row in services.tree.below(services.owner, folder)]


def test_users_do_not_meet(services: Services) -> None:
    stranger = services.pair("watch", other_user(services))
    mine = services.pair("watch")
    assert mine.device.id != stranger.device.id
    stored = services.add("secret.json")
    for key in (stored.file.id, "secret.json"):
        with pytest.raises(NotFound):
            services.deliveries.find(stranger.device, key)
    assert services.deliveries.pending(stranger.device) == 0
    assert services.deliveries.news(stranger.device, [(stored.file.id, 1)]) == []
    data = content.small(1)
    first = services.upload(mine, "run.fit", data)
    second = services.upload(stranger, "run.fit", data)
    assert not second.duplicate
    assert first.id != second.id


def test_what_a_device_was_not_offered_cannot_be_acknowledged(services: Services) -> None:
    caller = services.pair()
    elsewhere = services.add("a.json", "/documents")
    note = services.add("note.txt", "/routes", b"a note")
    long = services.add("long.fit", "/routes", activity(6000))
    good = services.add("b.json", "/routes")
    tried = [(stored.file.id, 1) for stored in (elsewhere, note, long, good)]
    assert services.deliveries.news(caller.device, tried) == [(good.file.id, 1)]
    services.write(services.deliveries.ack(caller, tried))
    assert services.deliveries.news(caller.device, tried) == []
    assert services.deliveries.pending(caller.device) == 0


def test_the_bytes_of_a_waiting_file_do_not_wait_for_who_sent_them(services: Services) -> None:
    caller, other = services.pair("one"), services.pair("two")
    data = gpx_route()
    stored = services.add("tour.gpx", "/routes", data)
    assert services.deliveries.pending(caller.device) == 1
    assert services.upload(caller, "mine.gpx", data).id == stored.file.id
    assert services.deliveries.pending(caller.device) == 0
    assert services.deliveries.pending(other.device) == 1
    run = content.small(2)
    sent = services.upload(caller, "run.fit", run)
    assert services.upload(other, "run.fit", run).duplicate
    assert services.read(other, sent.id) == run


def test_activities_without_a_start_stay_apart(services: Services) -> None:
    caller = services.pair()
    receipts = [services.upload(caller, "walk.gpx", track(n)) for n in (1, 2)]
    assert [receipt.version for receipt in receipts] == [1, 1]
    assert paths(services, "/activities") == ["/activities/walk (2).gpx", "/activities/walk.gpx"]


def test_a_number_of_the_senders_own_is_part_of_the_name(services: Services) -> None:
    caller = services.pair()
    services.upload(caller, "race.fit", content.small(3))
    assert services.upload(caller, "race (2025).fit", content.small(4)).version == 1
    assert paths(services, "/activities") == ["/activities/race (2025).fit", "/activities/race.fit"]


def test_a_name_gives_the_file_that_waits(services: Services) -> None:
    caller = services.pair()
    waiting = services.add("loop.gpx", "/routes", gpx_route())
    services.now += 5
    services.add("loop.gpx", "/workouts", b"no track at all")
    assert services.deliveries.find(caller.device, "loop.gpx").file.id == waiting.file.id


def test_the_config_document_of_any_name(services: Services) -> None:
    caller = services.pair(unicodedata.normalize("NFD", "Μαΐου"))
    services.add("Μαΐου.json", "/config")
    assert services.deliveries.config(caller.device).type == FileType.JSON
    assert services.deliveries.pending(caller.device) == 0


def test_a_write_that_was_prepared_before_the_revocation_does_nothing(services: Services) -> None:
    caller = services.pair()
    data = content.small(5)
    stored = services.add("c.json")
    prepared = [
        services.uploads.whole(caller, "late.fit", data),
        services.uploads.part(caller, Part("p", 0, data[:100], "late.fit", len(data))),
        services.uploads.part(caller, Part("q", 0, data, "late.fit", len(data))),
        services.deliveries.ack(caller, [(stored.file.id, 1)]),
        services.devices.greet(caller),
    ]
    services.write(services.devices.revoke(caller.device.id))
    for write in prepared:
        with pytest.raises(Unauthorized):
            services.write(write)
    assert paths(services) == ["/routes/c.json"]


def test_old_tokens_stay_dead_when_a_revoked_device_is_paired_again(services: Services) -> None:
    started = services.write(services.pairings.start(DeviceType.GARMIN, "watch", "watch", None, "127.0.0.1"))
    services.write(services.pairings.confirm(services.owner, started.code))
    ready = services.pairings.poll(started.id)
    assert ready is not None
    caller = services.call(ready.token)
    services.write(services.devices.revoke(caller.device.id))
    again = services.pair()
    assert again.device.id == caller.device.id
    with pytest.raises(Unauthorized):
        services.devices.authenticate(ready.token)


def test_the_idlest_unfinished_upload_goes_first(services: Services) -> None:
    caller = services.pair()
    data = content.small(6)
    for n in range(8):
        services.now += 1
        services.part(caller, f"u{n}", data, 0, 100)
    services.now += 1
    services.part(caller, "u0", data, 100, 200)
    services.now += 1
    services.part(caller, "u8", data, 0, 100)
    assert services.part(caller, "u0", data, 200, 300) == Progress("u0", 300)
    with pytest.raises(OffsetMismatch):
        services.part(caller, "u1", data, 100, 200)


def test_only_the_newest_refusals_are_kept_and_their_bytes_with_them(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "KEEP_REJECTED", 3)
    caller = services.pair()
    for n in range(5):
        services.now += 1
        bad = content.small(10 + n)[:-1] + b"\0"
        assert isinstance(services.write(services.uploads.whole(caller, "bad.fit", bad)), FormatError)
    with services.store.read() as transaction:
        kept = transaction.rejected.beyond(caller.device.id, 0)
        assert len(kept) == 3
        assert all(transaction.contents.body(digest) for _, digest in kept)
        assert not transaction.rejected.beyond(caller.device.id, 3)
        count = transaction.contents._value("select count(*) from contents", {})
    assert count == 3


def test_a_new_password_ends_sessions_and_links(services: Services) -> None:
    links = [services.write(services.accounts.link(services.owner)) for _ in range(2)]
    session = services.write(services.accounts.use_link(links[0], "ana@example.com", "correct horse"))
    assert services.accounts.signed_in(session) is not None
    with pytest.raises(Exception, match="this link was used"):
        services.accounts.linked(links[1])


def test_a_refused_file_leaves_nothing_in_the_folder_of_large_ones(services: Services) -> None:
    with pytest.raises(Exception, match="no FIT"):
        services.tree.add(services.owner, io.BytesIO(bytes(300_000)), "noise.bin")
    assert not (services.folder / "contents").exists()


def test_a_large_file_that_is_there_leaves_no_second_one(services: Services) -> None:
    for name in ("one.bin", "one.bin", "other.bin"):
        services.tree.add(services.owner, io.BytesIO(bytes(300_000)), name, "/documents")
    assert len(list((services.folder / "contents").rglob("*.sealed"))) == 1


def test_an_upload_that_is_over_leaves_nothing_in_its_successor(services: Services) -> None:
    caller = services.pair()
    old = content.small(30)
    services.part(caller, "n1", old, 0, 500)
    services.now += uploads.UPLOAD_SECONDS + 10
    data = b'{"short":1}'
    receipt = services.write(services.uploads.part(caller, Part("n1", 0, data, "s.json", len(data))))
    assert receipt.size == len(data)
    assert services.read(caller, receipt.id) == data


def test_a_session_that_was_prepared_before_a_new_password_is_none(services: Services) -> None:
    services.write(services.accounts.add("ana@example.com", "correct horse"))
    link = services.write(services.accounts.link(services.owner))
    prepared = services.accounts.sign_in("ana@example.com", "correct horse")
    services.write(services.accounts.use_link(link, "ana@example.com", "another horse"))
    with pytest.raises(Unauthorized):
        services.write(prepared)


def test_an_address_that_a_stranger_has_taken_cannot_be_the_owners(services: Services) -> None:
    services.write(services.accounts.sign_up("ana@example.com", "correct horse"))
    with pytest.raises(BadRequest, match="has an account"):
        services.write(services.accounts.add("ana@example.com", "correct horse"))


def test_no_file_lands_where_a_folder_is_nor_the_reverse(services: Services) -> None:
    caller = services.pair("dev.json")
    services.add("x.json", "/routes/sub")
    services.upload(caller, "sub", gpx_route())
    services.add("dev.json", "/backups")
    services.upload(caller, "q.json", b'{"q":1}')
    assert paths(services) == [
        "/backups/dev.json", "/backups/dev.json (2)/q.json", "/routes/sub (2)", "/routes/sub/x.json",
    ]  # fmt: skip
    for name in ("Routes", "SUB"):
        folder = "/" if name == "Routes" else "/routes"
        with pytest.raises(BadRequest, match="is a folder"):
            services.add(name, folder)
