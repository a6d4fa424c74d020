"""What several sessions amount to."""

from gateway.formats.totals import combine
from gateway.model import Session

RUN = Session(
    sport="running", sub_sport="trail", start=1000, elapsed=100, timer=90, distance=300, avg_hr=150, calories=9
)
RIDE = Session(sport="cycling", start=1200, elapsed=300, timer=270, distance=3000, avg_hr=130, max_hr=140, calories=20)
CHANGE = Session(sport="transition", start=1100, elapsed=100)


def test_one_is_its_own_total() -> None:
    assert combine([RUN]) is RUN


def test_nothing_is_nothing() -> None:
    assert combine([]) == Session()


def test_sums_and_means() -> None:
    total = combine([RUN, CHANGE, RIDE])
    assert (total.start, total.elapsed, total.timer) == (1000, 500, 360)
    assert (total.distance, total.calories) == (3300, 29)
    assert (total.avg_hr, total.max_hr) == (135, 140)
    assert (total.ascent, total.avg_power) == (None, None)


def test_a_transition_is_no_sport_of_its_own() -> None:
    assert combine([RUN, CHANGE, RUN]).sport == "running"
    assert combine([RUN, CHANGE, RIDE]).sport == "multisport"
    assert combine([RUN, RIDE]).sub_sport is None
