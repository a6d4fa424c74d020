"""What is kept: decisions over values, whatever the values."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.service.retention import DAY, Policy, Rule, is_over, policy, superseded

Versions = list[tuple[int, int]]

NOW = 1_790_000_000
VERSIONS = st.lists(st.integers(NOW - 100 * DAY, NOW + 2 * DAY), max_size=30).map(
    lambda times: list(enumerate(times, 1))
)
RULES = st.builds(Rule, st.just("/"), st.integers(1, 12), st.integers(0, 60 * DAY))


@given(VERSIONS, RULES, st.randoms(use_true_random=False))
def test_what_goes_is_old_and_not_among_the_last(versions: Versions, rule: Rule, random: Random) -> None:
    random.shuffle(versions)
    going = superseded(versions, rule, NOW)
    assert going == sorted(set(going))
    last = {number for number, _ in sorted(versions)[-rule.versions :]}
    assert not last & set(going)
    times = dict(versions)
    assert all(NOW - times[number] > rule.age for number in going)
    # and everything else stays for one of these reasons
    assert all(number in last or NOW - times[number] <= rule.age for number in times.keys() - set(going))


@given(VERSIONS, RULES)
def test_a_second_time_nothing_goes(versions: Versions, rule: Rule) -> None:
    going = superseded(versions, rule, NOW)
    assert superseded([pair for pair in versions if pair[0] not in going], rule, NOW) == []


@given(VERSIONS, RULES, st.integers(0, 100 * DAY))
def test_what_goes_today_goes_tomorrow(versions: Versions, rule: Rule, later: int) -> None:
    assert set(superseded(versions, rule, NOW)) <= set(superseded(versions, rule, NOW + later))


@given(VERSIONS, RULES, st.integers(NOW, NOW + DAY))
def test_another_version_lets_none_stay_that_would_have_gone(versions: Versions, rule: Rule, time: int) -> None:
    more = [*versions, (len(versions) + 1, time)]
    assert set(superseded(versions, rule, NOW)) <= set(superseded(more, rule, NOW))


@given(VERSIONS, st.integers(-5, 0))
def test_the_head_stays_whatever_the_rule(versions: Versions, number: int) -> None:
    going = superseded(versions, Rule("/", number, 0), NOW + 1000 * DAY)
    assert len(going) == max(0, len(versions) - 1)
    assert len(versions) not in going


def test_the_longest_folder_wins() -> None:
    kept = policy(10, 30, [("/photos", 3, 7), ("/photos/Raw", 1, 0), ("/config", 50, 365)], 20)
    assert kept.rule("/run.fit") == Rule("/", 10, 30 * DAY)
    assert kept.rule("/photos.zip") == Rule("/", 10, 30 * DAY)
    assert kept.rule("/PHOTOS/a.jpg") == Rule("/photos", 3, 7 * DAY)
    assert kept.rule("/photos/rawer/a.jpg").folder == "/photos"
    assert kept.rule("/photos/raw/x/a.jpg") == Rule("/photos/Raw", 1, 0)
    assert kept.rule("/config/watch.json").versions == 50
    assert (kept.fewest, kept.trash) == (1, 20 * DAY)


def test_one_age_for_all_leaves_the_numbers() -> None:
    kept = policy(10, 30, [("/photos", 3, 7)], 20).at_age(12 * 3600)
    assert kept == Policy((Rule("/", 10, 12 * 3600), Rule("/photos", 3, 12 * 3600)), 12 * 3600, 12 * 3600)


def test_what_has_just_reached_its_age_stays() -> None:
    assert not is_over(NOW, 30 * DAY, NOW + 30 * DAY)
    assert is_over(NOW, 30 * DAY, NOW + 30 * DAY + 1)
    assert not is_over(NOW + 1, 0, NOW)
