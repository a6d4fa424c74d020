"""What was whole of a damaged FIT file survives byte for byte, and what comes out is correct to everybody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import FormatError
from gateway.formats import fit
from gateway.model import Kind, Session
from tests.formats.corpus import CORPUS, FACTS, MISSING
from tests.formats.fit_files import RECORD, SESSION, UINT32, define, file_id, frame, uint32
from tests.formats.fit_judges import Messages, accepted, names
from tests.formats.golden import INVALID, VALID
from tests.formats.tracks import START, run

HEADER = 14
EPOCH = 631_065_600
DATA = {path.name: path.read_bytes() for path in (*VALID, *INVALID) if path.suffix == ".fit"}
WHOLE = DATA["fit_ok_le.fit"]
LOSSLESS = {
    # damage around the messages: all of them are saved
    "fit_bad_crc.fit": "bad_crc",
    "fit_bad_hdr_13.fit": "bad_header",
    "fit_bad_hdr_255.fit": "bad_header",
    "fit_bad_hdrcrc.fit": "bad_header_crc",
    "fit_bad_magic.fit": "not_fit",
    "fit_bad_nocrc.fit": "truncated",
    "fit_bad_protocol9.fit": "unsupported_protocol",
    "fit_bad_size_max.fit": "truncated",
    "fit_bad_size_zero.fit": "truncated",
    "fit_bad_trailing.fit": "trailing_bytes",
}
REAL = (
    "fitparse--garmin-fenix-5-run.fit",
    "fitparse--elemnt-bolt-no-application-id-inside-developer-data-id.fit",
    "fitparse--event_timestamp.fit",
    "fitparse-rs--hrv-activity.fit",
)
ACTIVITIES = {
    "small": fit.write_activity(run(5, breaks=(3,), more={"Form Power": [7.5] * 5})),
    **{name: DATA[name] for name in ("fit_ok_be.fit", "fit_ok_devfields.fit", "fit_ok_multisport.fit")},
}


def records(messages: Messages) -> list[dict[str, object]]:
    return messages.get("record", [])


def prefix_of(repaired: fit.Repaired, original: Messages) -> bool:
    """All judges accept it, and its records are the first of the original's."""
    messages = accepted(repaired.data)
    assert formats.read(repaired.data).records == repaired.records == len(records(messages))
    return records(messages) == records(original)[: repaired.records]


@pytest.mark.parametrize("name", sorted(LOSSLESS))
def test_damage_around_the_messages_costs_nothing(name: str) -> None:
    repaired = fit.repair(DATA[name])
    assert repaired.fault is not None
    assert repaired.fault.code == LOSSLESS[name]
    assert repaired.data[HEADER:-2] == WHOLE[HEADER:-2]
    assert (repaired.records, repaired.until) == (60, START + 59)
    assert formats.read(repaired.data) == formats.read(WHOLE)
    accepted(repaired.data)


def test_a_correct_file_stays_as_it_is() -> None:
    assert fit.repair(WHOLE) == fit.Repaired(WHOLE, 60, START + 59, None)
    settings_file = DATA["fit_settings.fit"]
    assert fit.repair(settings_file) == fit.Repaired(settings_file, 0, None, None)


def test_a_recording_that_was_cut_is_closed() -> None:
    data = DATA["fit_bad_truncated.fit"]
    repaired = fit.repair(data)
    assert (repaired.records, repaired.until) == (35, START + 34)
    assert repaired.data[HEADER:].startswith(data[HEADER:880])
    messages = accepted(repaired.data)
    assert names(repaired.data)[-4:] == ["event", "lap", "session", "activity"]
    (session,) = messages["session"]
    assert (session["total_elapsed_time"], session["num_laps"], session["first_lap_index"]) == (34, 1, 0)
    assert session["total_distance"] == messages["record"][-1]["distance"]
    summary = formats.read(repaired.data)
    assert (summary.kind, summary.warnings, summary.timer) == (Kind.ACTIVITY, (), 34)


def test_laps_that_are_there_stay_and_the_rest_becomes_one() -> None:
    laps = tuple(Session(start=START + 40 * number, elapsed=40.0) for number in range(2))
    data = fit.write_activity(run(100, laps=laps))
    session = data.rfind(bytes((0, 0, SESSION, 0))) - 1  # its definition
    repaired = fit.repair(data[:session])
    messages = accepted(repaired.data)
    assert [lap["total_elapsed_time"] for lap in messages["lap"]] == [40, 40, 18]
    assert [lap["message_index"] for lap in messages["lap"]] == [0, 1, 2]
    assert (messages["session"][0]["num_laps"], messages["session"][0]["total_distance"]) == (3, 247.5)


@pytest.mark.parametrize("first", [WHOLE, DATA["fit_ok_hdr12.fit"], DATA["fit_ok_nosession.fit"]])
def test_the_first_of_chained_files_stays_when_the_second_is_cut(first: bytes) -> None:
    repaired = fit.repair(first + DATA["fit_bad_truncated.fit"])
    assert repaired.data.startswith(first)
    assert repaired.records == 60 + 35
    assert len(accepted(repaired.data[len(first) :])["session"]) == 1


def test_only_the_first_of_chained_files_says_what_it_is() -> None:
    more = frame(define(RECORD, [(253, 4, UINT32)]) + b"\0" + uint32(START - EPOCH + 60))
    assert fit.repair(WHOLE + more[:-1]).data[: -len(more)] == WHOLE
    assert fit.repair(WHOLE + more[:-1]).records == 61


def test_what_lies_behind_a_damaged_file_is_no_part_of_it() -> None:
    assert fit.repair(DATA["fit_bad_crc.fit"] + b"\0" * 99).data == fit.repair(DATA["fit_bad_crc.fit"]).data
    broken = frame(file_id() + define(RECORD, [(253, 4, UINT32)]) + b"\0" + uint32(START - EPOCH) + b"\x07")
    broken = broken[:-1] + bytes((broken[-1] ^ 1,))
    assert fit.repair(broken + WHOLE).data == fit.repair(broken).data + WHOLE


def test_a_session_may_end_a_little_before_its_last_record() -> None:
    data = fit.write_activity(run(100, sessions=(Session(start=START, elapsed=95.0),)))
    assert fit.repair(data[:-1]).data == data


def test_a_course_that_was_cut_stays_a_course() -> None:
    data = fit.write_course(run(50, name="Loop"))
    repaired = fit.repair(data[:-100])
    assert (formats.read(repaired.data).kind, formats.read(repaired.data).name) == (Kind.COURSE, "Loop")
    assert names(repaired.data)[-1] == "record"
    accepted(repaired.data)


def test_a_good_file_behind_a_damaged_one_is_found() -> None:
    repaired = fit.repair(DATA["fit_bad_crc.fit"] + WHOLE)
    assert repaired.data == WHOLE + WHOLE


def test_developer_fields_survive() -> None:
    data = ACTIVITIES["small"]
    cut = names(data).count("record")
    repaired = fit.repair(data[:-120])
    track = formats.read_track(repaired.data)
    assert len(track) == cut
    assert list(track.columns["Form Power"]) == [7.5] * cut


def test_a_tail_that_makes_no_sense_goes() -> None:
    layout = define(RECORD, [(253, 4, UINT32)])
    times = [START - EPOCH + second for second in range(10)]
    good = file_id() + layout + b"".join(b"\0" + uint32(time) for time in times)
    for wrong in (times[0] - 50, times[-1] + 2_000_000_000):
        repaired = fit.repair(frame(good + (b"\0" + uint32(wrong)) * 2 + b"\x07"))
        assert (repaired.records, repaired.until) == (10, START + 9)
        assert repaired.data[HEADER:].startswith(good + b"\x40")


def test_a_clock_that_was_set_late_is_no_damage() -> None:
    layout = define(RECORD, [(253, 4, UINT32)])
    times = [*range(100, 110), *(START - EPOCH + second for second in range(5))]
    repaired = fit.repair(frame(file_id() + layout + b"".join(b"\0" + uint32(time) for time in times) + b"\x07"))
    assert (repaired.records, repaired.until) == (15, START + 4)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WHOLE[:20],
        WHOLE[HEADER:],
        b"\0" * 2000,
        frame(define(RECORD, [(253, 4, UINT32)]) + b"\0" + uint32(1_000_000_000))[:-1],  # no file_id
        frame(file_id())[:-1],
        frame(file_id() + define(RECORD, [(253, 4, UINT32)]))[:-1],
        DATA["fit_bad_zero_field.fit"],
    ],
)
def test_nothing_to_save(data: bytes) -> None:
    with pytest.raises(FormatError) as original:
        fit.read(data)
    with pytest.raises(FormatError) as raised:
        fit.repair(data)
    assert (raised.value.code, raised.value.offset) == (original.value.code, original.value.offset)


@pytest.mark.parametrize("name", sorted(ACTIVITIES))
def test_any_cut_gives_a_good_file_or_none(name: str) -> None:
    data = ACTIVITIES[name]
    original = accepted(data)
    saved, good = [], set()
    for size in range(len(data) - 1, 0, -1 if name == "small" else -31):
        try:
            repaired = fit.repair(data[:size])
        except FormatError:
            saved.append(0)
            continue
        assert repaired.data in good or prefix_of(repaired, original), size
        good.add(repaired.data)
        saved.append(repaired.records)
    assert saved == sorted(saved, reverse=True)
    assert (saved[0], saved[-1]) == (len(records(original)), 0)


def test_times_in_headers_are_kept() -> None:
    data = DATA["fit_ok_compressed_ts.fit"]  # the SDK does not read such
    track, repaired = formats.read_track(data), fit.repair(data[:-170])
    times = formats.read_track(repaired.data).columns["time"]
    assert len(times) == repaired.records < len(track)
    assert times == track.columns["time"][: repaired.records]
    assert names(repaired.data)[-3:] == ["lap", "session", "activity"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_damage_gives_a_good_file_or_none(draw: st.DataObject) -> None:
    data = bytearray(draw.draw(st.sampled_from([*ACTIVITIES.values(), WHOLE + WHOLE])))
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data) - 1))
        data[start : start + draw.draw(st.integers(0, 6))] = draw.draw(st.binary(max_size=6))
    try:
        repaired = fit.repair(bytes(data))
    except FormatError:
        return
    assert formats.read(repaired.data).records == repaired.records
    assert fit.repair(repaired.data).fault is None


@pytest.mark.skipif(not FACTS, reason=MISSING)
@pytest.mark.parametrize("name", REAL)
def test_any_cut_of_a_real_file_gives_a_good_one(name: str) -> None:
    data = (CORPUS / "fit" / name).read_bytes()
    original = accepted(data)
    for size in range(len(data) - 1, len(data) // 2, -len(data) // 13):
        repaired = fit.repair(data[:size])
        assert repaired.records
        assert prefix_of(repaired, original), size
