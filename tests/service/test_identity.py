"""Which recordings are one workout, as a decision over values."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Recording
from gateway.service.identity import contradict, grouped, linked

T = 1_789_878_600
HOUR = 3600
RUN = Recording(T, 2700.0, 2600.0, 8200.0, "running", "fit", "watch")


def other(**facts: object) -> Recording:
    values = {
        "start": T,
        "elapsed": 2700.0,
        "timer": 2600.0,
        "distance": 8200.0,
        "sport": "running",
        "type": "gpx",
    } | facts
    return Recording(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "same",
    [
        other(),
        other(start=T + 60, sport=None),
        other(start=T - 60, sport="generic"),
        other(elapsed=2600.0, timer=None),  # a site that states moving time alone
        other(elapsed=2980.0, timer=None),  # within 10 %
        other(distance=None),
        other(distance=0.0),
        other(distance=9900.0),
        other(sport="training"),
        other(start=T + 2 * HOUR, distance=8300.0),  # local time written as UTC
        other(start=T - 5 * HOUR - 1800 + 2, sport=None),  # in India
        other(start=T + 2 * HOUR, type="tcx", device="phone"),
        other(type="act", distance=12_000.0),  # a watch without GPS
        other(type="act", sport="walking", device="watch"),
        other(type="act", sport="hiking", start=T + 59, distance=100.0),
    ],
)
def test_the_same_workout(same: Recording) -> None:
    assert linked(RUN, same)
    assert linked(same, RUN)


@pytest.mark.parametrize(
    "different",
    [
        other(start=T + 61),
        other(start=None),
        other(sport="cycling"),
        other(elapsed=3400.0, timer=3300.0),
        other(elapsed=None, timer=None),
        other(distance=10_900.0),
        other(start=T + 2 * HOUR + 3),  # a zone is exact
        other(start=T + 15 * HOUR),
        other(start=T + 2 * HOUR, distance=None),  # with a zone to guess, both must state how far it was
        other(start=T + 2 * HOUR, distance=9000.0),
        other(start=T + 2 * HOUR, elapsed=2900.0, timer=2900.0),
        other(start=T + 2 * HOUR, device="watch"),  # a device has one clock
        other(start=T + 2 * HOUR, type="fit"),
        other(start=T + 2 * HOUR, type="act"),
        other(sport="walking"),
        other(type="act", sport="cycling"),
        other(type="act", sport="swimming"),
        other(type="act", elapsed=3400.0, timer=None),
        other(type="act", start=T + 61),
    ],
)
def test_another_workout(different: Recording) -> None:
    assert not linked(RUN, different)
    assert not linked(different, RUN)


def test_short_ones_may_differ_by_a_minute_and_a_hundred_metres() -> None:
    assert linked(other(elapsed=20.0, timer=20.0, distance=50.0), other(elapsed=75.0, timer=75.0, distance=140.0))


def test_a_file_that_says_both_times_unites_those_that_say_one() -> None:
    site, app = other(elapsed=1800.0, timer=None), other(elapsed=3600.0, timer=None)
    whole = other(elapsed=3600.0, timer=1800.0)
    assert not linked(site, app)
    assert grouped([site, app, whole]) == [frozenset({site, app, whole})]


def test_two_summaries_are_told_apart_by_distance() -> None:
    first, second = other(type="act"), other(type="act", distance=12_000.0)
    assert not linked(first, second)
    assert linked(RUN, second)


def test_a_file_in_local_time_does_not_unite_two_workouts() -> None:
    early, late = other(type="fit"), other(type="fit", start=T + 2 * HOUR)
    site = other(type="tcx", start=T + 1)
    assert linked(site, early)
    assert linked(site, late)
    assert grouped([late, site, early]) == [frozenset({early, site}), frozenset({late})]


def test_what_contradicts_is_not_united_by_a_third() -> None:
    run, ride, unsaid = other(), other(sport="cycling", start=T + 9), other(sport=None, start=T + 2)
    assert grouped([ride, unsaid, run]) == [frozenset({run, unsaid}), frozenset({ride})]


_recordings = st.builds(
    Recording,
    st.sampled_from([T, T + 20, T + 50, T + 70, T + 100, T + HOUR, T + HOUR + 40, None]),
    st.sampled_from([None, 1800.0, 1850.0, 1990.0, 3600.0]),
    st.sampled_from([None, 1750.0, 1800.0, 3400.0]),
    st.sampled_from([None, 0.0, 5000.0, 5200.0, 6100.0, 9000.0]),
    st.sampled_from([None, "generic", "running", "cycling", "hiking", "walking"]),
    st.sampled_from(["fit", "gpx", "act"]),
    st.sampled_from([None, "watch"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_recordings, max_size=7), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order(recordings: list[Recording], random: object) -> None:
    groups = grouped(recordings)
    shuffled = list(recordings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert grouped(shuffled) == groups
    assert set().union(*groups) == set(recordings)
    assert sum(map(len, groups)) == len(set(recordings))
    for group in groups:
        assert not any(contradict(a, b) for a, b in itertools.combinations(group, 2))
        assert len(group) == 1 or all(any(linked(a, b) for b in group - {a}) for a in group)
