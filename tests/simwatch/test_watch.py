import zlib
from collections.abc import Callable
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.simwatch import Errors, Fault, Habits, Link, LinkDown, Phone, Refused, StorageFull, Watch, WatchError
from gateway.simwatch.requests import RequestTooLarge
from gateway.simwatch.storage import Storage

CONTENT = bytes(range(256)) * 24  # 6 KB: five parts
JSON = {"Content-Type": "application/json"}
FAULTS = st.lists(st.sampled_from([None, None, *Fault]), max_size=25)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def watch_at(url: str, faults: Any = (), storage: Any = None, **more: Any) -> Watch:
    kept = {"token": "tok"} if storage is None else storage
    habits = more.pop("habits", None)
    return Watch(url, Phone(Link(faults), habits), kept, **more)


def counted_nonces() -> Callable[[], str]:
    return (f"nonce{number}" for number in range(1000)).__next__


@MANY
@given(faults=FAULTS)
def test_whatever_drops_an_upload_ends_with_its_bytes_once(new_stub: Any, url: str, faults: Any) -> None:
    stub = new_stub()
    answer = watch_at(url, faults, tries=30).upload_in_parts("run.fit", CONTENT)
    assert stub.stored == [("run.fit", CONTENT)]
    assert answer["s"] == len(CONTENT)


@MANY
@given(faults=FAULTS, deaths=st.lists(st.integers(0, 4), max_size=4))
def test_whatever_drops_and_restarts_an_upload_ends_with_its_bytes_once(
    new_stub: Any, url: str, faults: Any, deaths: Any
) -> None:
    stub, storage, link = new_stub(), {"token": "tok"}, Link(faults)
    nonce = counted_nonces()
    for parts in [*deaths, None]:
        alive = iter(range(parts)) if parts is not None else iter(int, 1)

        def before(*_: Any, alive: Any = alive) -> None:
            if next(alive, None) is None:
                raise KeyboardInterrupt

        try:
            Watch(url, Phone(link), storage, tries=30, nonce=nonce).upload_in_parts("run.fit", CONTENT, before)
        except KeyboardInterrupt:
            continue
        break
    assert stub.stored == [("run.fit", CONTENT)]
    assert "upload" not in storage


@MANY
@given(faults=FAULTS, cap=st.integers(600, 5000))
def test_whatever_drops_a_download_ends_with_its_bytes(new_stub: Any, url: str, faults: Any, cap: int) -> None:
    stub = new_stub()
    stub.add("aa", "loop.gpx", CONTENT)
    watch = watch_at(url, faults, tries=30, habits=Habits(response_cap=cap))
    file, content = watch.download("loop.gpx")
    assert content == CONTENT
    assert file == {"id": "aa", "v": 1, "s": len(CONTENT), "crc": f"{zlib.crc32(CONTENT):08x}"}
    assert list(watch.storage) == ["token"]


@MANY
@given(faults=FAULTS)
def test_whatever_drops_a_whole_upload_arrives_once(new_stub: Any, url: str, faults: Any) -> None:
    stub = new_stub()
    watch_at(url, faults, tries=30).upload("run.fit", CONTENT[:1000])
    assert stub.stored == [("run.fit", CONTENT[:1000])]


def test_a_restarted_download_goes_on_where_it_was(stub: Any, url: str) -> None:
    stub.add("aa", "loop.gpx", CONTENT)
    storage = {"token": "tok"}
    with pytest.raises(LinkDown):
        watch_at(url, [None, *[Fault.BEFORE] * 3], storage, tries=3).download("aa")
    before = len(stub.requests)
    _, content = watch_at(url, storage=storage).download("aa")
    assert content == CONTENT
    assert "off=0" not in stub.requests[before][1]


def test_a_file_that_changes_midway_is_fetched_anew(stub: Any, url: str) -> None:
    stub.add("aa", "loop.gpx", CONTENT)
    calls = count(1)

    def change() -> None:
        if next(calls) == 2:
            stub.add("aa", "loop.gpx", CONTENT[::-1], 2)

    stub.before_part = change
    file, content = watch_at(url).download("aa")
    assert (file["v"], content) == (2, CONTENT[::-1])


def test_damage_on_the_way_is_noticed(stub: Any, url: str) -> None:
    body = b'{"ok":true,"id":"aa","v":1,"s":3,"crc":"00000000","off":0,"d":"YWJj"}'
    stub.answers += [(200, JSON, body)] * 3
    with pytest.raises(WatchError, match="damaged"):
        watch_at(url).download("aa")


@pytest.mark.parametrize("change", ['"off":1', '"next":2', '"d":""', '"s":2'])
def test_a_part_that_does_not_continue_is_refused(stub: Any, url: str, change: str) -> None:
    fields = {"off": "0", "d": '"YWJj"', "s": "3", "next": ""}
    key, value = change.replace('"', "", 2).split(":")
    fields[key] = value
    tail = f',"next":{fields["next"]}' if fields["next"] else ""
    body = f'{{"ok":true,"id":"aa","v":1,"crc":"0","off":{fields["off"]},"d":{fields["d"]},"s":{fields["s"]}{tail}}}'
    stub.answers.append((200, JSON, body.encode()))
    with pytest.raises(WatchError, match="part"):
        watch_at(url).download("aa")


def test_pairing_keeps_the_token_and_forgets_the_secret(stub: Any, url: str) -> None:
    watch = watch_at(url, [Fault.AFTER, None, Fault.AFTER], {})
    shown = []

    def confirm(offer: Any) -> None:
        shown.append(offer)
        stub.confirmed = True

    watch.pair(confirm)
    assert shown[0].code == "K7QM2PXD"
    assert dict(watch.storage) == {"token": "tok"}
    assert watch.name == "mine"
    assert watch.status()["pending"] == 0


def test_pairing_polls_until_the_code_runs_out(stub: Any, url: str) -> None:
    watch = watch_at(url, storage={})
    with pytest.raises(WatchError, match="in time"):
        watch.pair(lambda _: None)
    assert len(stub.requests) == 1 + 4
    assert watch.phone.link.seconds >= 20


def test_the_list_goes_page_by_page_whatever_the_cap(stub: Any, url: str) -> None:
    for number in range(40):
        stub.add(f"f{number:02}", f"route-{number}.gpx", b"x")
    watch = watch_at(url, habits=Habits(response_cap=700))
    assert [file["id"] for file in watch.files()] == sorted(stub.files)
    assert watch.requests.max == 512


def test_a_list_that_turns_in_circles_is_noticed(stub: Any, url: str) -> None:
    stub.answers += [(200, JSON, b'{"ok":true,"files":[],"next":"a"}')] * 2
    with pytest.raises(WatchError, match="go on"):
        list(watch_at(url).files())


def test_acknowledged_files_wait_no_more(stub: Any, url: str) -> None:
    stub.add("aa", "a.gpx", b"x")
    stub.add("bb", "b.gpx", b"y")
    watch = watch_at(url, [None, Fault.AFTER])
    first = next(watch.files())
    assert watch.acknowledge([first]) == 1
    assert [file["id"] for file in watch.files()] == ["bb"]
    assert [file["id"] for file in watch.files(everything=True, file_type="gpx")] == ["aa", "bb"]


def test_config_is_kept_and_asked_for_by_its_version(stub: Any, url: str) -> None:
    watch = watch_at(url)
    assert watch.config() == watch.config() == {"deep": [[[[None]]]]}
    assert "have=v1" in stub.requests[1][1]


def test_documents_travel_as_json_both_ways(stub: Any, url: str) -> None:
    stub.add("aa", "zones.json", b'{"zones":[1,2]}')
    watch = watch_at(url)
    assert watch.document("aa") == {"zones": [1, 2]}
    watch.upload_document("zones.json", {"a": 1})
    assert stub.stored == [("zones.json", b'{"a": 1}')]


def test_native_files_arrive_as_bytes_and_retry(stub: Any, url: str) -> None:
    stub.answers += [(200, {"Content-Type": "application/gpx+xml"}, b"<gpx/>")] * 2
    assert watch_at(url, [Fault.AFTER]).native("aa", "gpx") == b"<gpx/>"
    assert stub.answers == []


@pytest.mark.parametrize(("status", "error"), [(404, Refused), (500, LinkDown)])
def test_native_files_can_fail(stub: Any, url: str, status: int, error: Any) -> None:
    stub.answers += [(status, JSON, b"{}")] * 3
    with pytest.raises(error):
        watch_at(url, tries=3).native("aa", "fit")


def test_an_upload_that_the_gateway_forgot_starts_over(stub: Any, url: str) -> None:
    storage = {"token": "tok"}
    with pytest.raises(LinkDown):
        watch_at(url, [None, None, *[Fault.BEFORE] * 2], storage, tries=2).upload_in_parts("run.fit", CONTENT)
    assert storage["upload"]["have"] > 0
    stub.uploads.clear()
    watch_at(url, storage=storage).upload_in_parts("run.fit", CONTENT)
    assert stub.stored == [("run.fit", CONTENT)]


def test_other_content_under_the_same_name_is_another_upload(stub: Any, url: str) -> None:
    storage = {"token": "tok"}
    with pytest.raises(LinkDown):
        watch_at(url, [None, *[Fault.BEFORE] * 2], storage, tries=2).upload_in_parts("run.fit", CONTENT)
    watch_at(url, storage=storage).upload_in_parts("run.fit", CONTENT[::-1])
    assert stub.stored == [("run.fit", CONTENT[::-1])]
    assert len(stub.uploads) == 2


def test_parts_shrink_until_the_phone_takes_them(stub: Any, url: str) -> None:
    watch = watch_at(url, habits=Habits(request_cap=1000))
    watch.upload_in_parts("run.fit", CONTENT)
    assert stub.stored == [("run.fit", CONTENT)]
    assert max(len(body) for *_, body in stub.requests) < 1000


def test_a_phone_that_takes_nothing_ends_it(stub: Any, url: str) -> None:
    with pytest.raises(RequestTooLarge):
        watch_at(url, habits=Habits(request_cap=1)).upload_in_parts("run.fit", CONTENT)
    assert stub.requests == []


def test_requests_of_an_upload_stay_below_two_kilobytes(stub: Any, url: str) -> None:
    watch_at(url).upload_in_parts("n" * 40 + ".fit", CONTENT)
    sizes = [len(body) for *_, body in stub.requests]
    assert max(sizes) <= 2048
    assert sizes[0] > 1800


def test_a_refusal_is_told_and_forgets_the_upload(stub: Any, url: str) -> None:
    body = b'{"ok":false,"code":413,"error":"too_large","m":"run.fit has 132 KB; the limit is 100 KB"}'
    stub.answers.append((200, JSON, body))
    watch = watch_at(url)
    with pytest.raises(Refused, match="132 KB") as caught:
        watch.upload_in_parts("run.fit", CONTENT)
    assert (caught.value.word, caught.value.code) == ("too_large", 413)
    assert list(watch.storage) == ["token"]


@pytest.mark.parametrize("errors", list(Errors))
def test_an_error_that_ignores_e200_still_ends(stub: Any, url: str, errors: Any) -> None:
    stub.answers += [(401, JSON, b'{"ok":false,"code":401,"error":"unauthorized","m":"no"}')] * 5
    with pytest.raises((Refused, LinkDown)):
        watch_at(url, habits=Habits(errors=errors), tries=4).status()


def test_a_wait_is_honoured_and_other_failures_back_off(stub: Any, url: str) -> None:
    busy = b'{"ok":false,"code":503,"error":"busy","m":"busy","wait":17}'
    stub.answers += [(200, JSON, busy), (502, {"Content-Type": "text/html"}, b"<html>")]
    rests = []
    watch_at(url, sleep=rests.append).status()
    assert rests == [17, 2]


def test_back_off_doubles_up_to_a_minute(url: str) -> None:
    rests = []
    with pytest.raises(LinkDown) as caught:
        watch_at(url, [Fault.BEFORE] * 8, sleep=rests.append, tries=8).status()
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]
    assert caught.value.code == -1004


def test_every_request_asks_for_errors_in_a_200_and_for_a_size(stub: Any, url: str) -> None:
    watch = watch_at(url)
    watch.status()
    watch.acknowledge([])
    for _, path, headers, _ in stub.requests:
        assert "e=200" in path
        assert "max=4096" in path
        assert headers["Authorization"] == "Bearer tok"


def test_storage_is_small() -> None:
    storage = Storage({})
    with pytest.raises(StorageFull):
        storage["a"] = b"x" * 8193
    for number in islice(range(100), 16):
        storage[str(number)] = b"x" * 8192
    with pytest.raises(StorageFull):
        storage["more"] = 1
    del storage["0"]
    storage["more"] = {"a": [1]}
    assert len(storage) == 16
