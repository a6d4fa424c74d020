"""A clock that jumps back and forth: nothing is skipped by a list, nothing acknowledged is lost, codes still expire."""

import itertools

import pytest

from gateway.errors import Gone, NotFound, OffsetMismatch, Unauthorized
from gateway.model import DeviceType
from gateway.service.accounts import LINK_SECONDS, SESSION_SECONDS
from gateway.service.pairing import TTL
from gateway.service.uploads import UPLOAD_SECONDS
from tests.e2e import content
from tests.service.harness import NOW, Services

MINUTE, HOUR, DAY = 60, 3600, 86_400
YEAR = 365 * DAY
JUMPS = [-YEAR, -DAY, -HOUR, -1, 0, 1, HOUR, DAY, YEAR]


def test_a_list_shows_every_file_once_whatever_its_times(services: Services) -> None:
    caller = services.pair()
    names = []
    for number, jump in enumerate(itertools.islice(itertools.cycle(JUMPS), 60)):
        services.now = NOW + jump
        names.append(f"loop-{number:02}.json")
        services.add(names[-1])
    for jump in JUMPS:
        services.now = NOW + jump
        listed = services.listed(caller)
        assert sorted(listed) == names
    assert services.deliveries.status(caller.device).pending == len(names)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_page_after_a_jump_skips_nothing_that_was_there(services: Services, jump: int) -> None:
    """Files come and go, and the clock jumps, between two pages."""
    caller = services.pair()
    there = set()
    for number in range(30):
        services.now = NOW + number // 3  # several have the same time
        there.add(services.add(f"old-{number:02}.json").file.id)
    first, cursor = services.page(caller, None)
    services.now += jump
    services.add("new.json")
    gone = first[0]
    services.write(services.deliveries.ack(caller, [(gone["id"], gone["v"])]))
    seen = [file["id"] for file in first]
    while cursor is not None:
        files, cursor = services.page(caller, cursor)
        seen += [file["id"] for file in files if file["n"] != "new.json"]
    assert len(seen) == len(set(seen))
    assert set(seen) == there
    assert "new.json" in services.listed(caller)
    assert services.deliveries.status(caller.device).pending == 30


@pytest.mark.parametrize("jump", JUMPS)
def test_a_new_version_waits_again(services: Services, jump: int) -> None:
    caller = services.pair()
    stored = services.add("loop.json", data=b'{"v":1}')
    services.write(services.deliveries.ack(caller, [(stored.file.id, 1)]))
    assert services.deliveries.pending(caller.device) == 0
    services.now += jump
    again = services.add("loop.json", data=b'{"v":2}')
    assert (again.file.id, again.file.version) == (stored.file.id, 2)
    assert services.listed(caller) == ["loop.json"]
    assert services.read(caller, stored.file.id) == b'{"v":2}'
    services.write(services.deliveries.ack(caller, [(stored.file.id, 2)]))
    assert services.deliveries.pending(caller.device) == 0
    services.write(services.deliveries.ack(caller, [(stored.file.id, 2)]))
    assert services.deliveries.pending(caller.device) == 0


def test_what_was_acknowledged_stays(services: Services) -> None:
    caller = services.pair()
    kept = {}
    for serial, jump in enumerate(itertools.islice(itertools.cycle(JUMPS), 36), 1):
        services.now = NOW + jump
        outcome = services.upload(
            caller, "run.fit" if serial % 3 else f"{serial}.fit", content.small(serial), f"n{serial}"
        )
        kept[serial] = outcome
        services.keep_house()
        assert services.read(caller, outcome.id) == content.small(serial)
    for jump in JUMPS:
        services.now = NOW + jump
        services.keep_house()
        heads = {outcome.id: serial for serial, outcome in kept.items()}
        for key, serial in heads.items():
            assert services.read(caller, key) == content.small(serial)
    assert services.deliveries.status(services.devices.all()[0]).sent == len(kept)


@pytest.mark.parametrize("jump", [jump for jump in JUMPS if jump < 30 * DAY])
def test_a_repeated_nonce_gives_the_same_answer(services: Services, jump: int) -> None:
    caller = services.pair()
    first = services.upload(caller, "a.fit", content.small(1), "n")
    services.now += jump
    services.keep_house()
    assert services.upload(caller, "a.fit", content.small(1), "n") == first
    services.now = NOW
    assert services.upload(caller, "a.fit", content.small(1), "n") == first


@pytest.mark.parametrize("jump", [-DAY, -1, HOUR, UPLOAD_SECONDS])
def test_parts_go_on_after_a_jump(services: Services, jump: int) -> None:
    caller = services.pair()
    data = content.middle(1)
    assert services.part(caller, "u", data, 0, 10_000).have == 10_000
    services.now += jump
    services.keep_house()
    assert services.part(caller, "u", data, 10_000, 20_000).have == 20_000
    services.now = NOW
    services.keep_house()
    assert services.read(caller, services.part(caller, "u", data, 20_000, len(data)).id) == data


@pytest.mark.parametrize("cleaned", [True, False])
def test_an_upload_that_is_too_old_can_begin_anew(services: Services, cleaned: bool) -> None:
    """Dropped 24 h after its last part, whether the clean-up has run since or not."""
    caller = services.pair()
    data = content.middle(1)
    services.part(caller, "u", data, 0, 10_000)
    services.now += UPLOAD_SECONDS + 1
    if cleaned:
        services.keep_house()
    with pytest.raises(OffsetMismatch) as raised:
        services.part(caller, "u", data, 10_000, 20_000)
    assert raised.value.have == 0
    assert services.part(caller, "u", data, 0, 12_000).have == 12_000
    assert services.read(caller, services.part(caller, "u", data, 12_000, len(data)).id) == data


@pytest.mark.parametrize("jump", [-YEAR, -1, 0, 1, TTL - 1])
def test_a_code_lives_through_a_jump(services: Services, jump: int) -> None:
    started = services.write(services.pairings.start(DeviceType.GARMIN, "w", "w", None, "127.0.0.1"))
    services.now += jump
    services.keep_house()
    assert services.pairings.poll(started.id) is None
    assert services.pairings.look(started.code).name == "w"
    services.write(services.pairings.confirm(services.owner, started.code))
    ready = services.pairings.poll(started.id)
    assert services.pairings.poll(started.id) == ready
    services.call(ready.token)
    with pytest.raises(Gone):
        services.pairings.poll(started.id)


@pytest.mark.parametrize("jump", [TTL, TTL + 1, HOUR, DAY, YEAR])
def test_a_code_is_over_after_a_jump_forward(services: Services, jump: int) -> None:
    started = services.write(services.pairings.start(DeviceType.GARMIN, "w", "w", None, "127.0.0.1"))
    services.now += jump
    with pytest.raises(Gone):
        services.pairings.poll(started.id)
    with pytest.raises(NotFound):
        services.pairings.look(started.code)
    with pytest.raises(NotFound):
        services.write(services.pairings.confirm(services.owner, started.code))
    assert services.pair("w").device.ident == "w"


@pytest.mark.parametrize("jump", [-YEAR, 0, YEAR])
def test_tokens_do_not_depend_on_the_clock(services: Services, jump: int) -> None:
    """Also: the old token lives until the new one is first used, whatever the clock says in between."""
    started = services.write(services.pairings.start(DeviceType.GARMIN, "w", "w", None, "127.0.0.1"))
    services.write(services.pairings.confirm(services.owner, started.code))
    old = services.pairings.poll(started.id).token
    services.call(old)
    services.now += jump
    services.keep_house()
    assert not services.call(old).first
    started = services.write(services.pairings.start(DeviceType.GARMIN, "w", "w", None, "127.0.0.1"))
    services.write(services.pairings.confirm(services.owner, started.code))
    new = services.pairings.poll(started.id).token
    services.now -= 2 * jump
    services.keep_house()
    assert services.call(old).device.ident == "w"
    assert services.call(new).first
    with pytest.raises(Unauthorized):
        services.call(old)
    device = services.call(new).device
    services.now += jump
    services.write(services.devices.revoke(device.id))
    with pytest.raises(Unauthorized):
        services.call(new)


def test_links_and_sessions_end(services: Services) -> None:
    link = services.write(services.accounts.link(services.owner))
    services.now -= YEAR
    assert services.accounts.linked(link) == services.owner
    services.now = NOW + LINK_SECONDS
    with pytest.raises(Gone):
        services.accounts.linked(link)
    services.now = NOW
    session = services.write(services.accounts.use_link(link, "o@example.com", "correct horse battery"))
    assert services.accounts.signed_in(session)
    services.now = NOW + SESSION_SECONDS
    assert services.accounts.signed_in(session) is None


def test_a_device_is_seen_again_after_a_jump_back(services: Services) -> None:
    """``last_seen`` from the future does not stand for ever."""
    caller = services.pair()
    services.now -= DAY
    known = services.devices.all()[0]
    assert known.last_seen == NOW
    token = caller.token
    assert token
    services.write(services.devices.greet(caller))
    assert services.devices.all()[0].last_seen == NOW - DAY
