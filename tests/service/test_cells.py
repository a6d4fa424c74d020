"""Places as words: whatever meets a box shares a word with it, and what lies far off shares none."""

from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.service.cells import Box, meets, words_for, words_of

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    west, east = sorted((draw(LONGITUDES), draw(LONGITUDES)))
    return south, west, north, east


@st.composite
def small(draw: st.DrawFn) -> Box:
    """A box of the size of a walk to one of a country."""
    south, west = draw(st.floats(-90, 90)), draw(st.floats(-180, 180))
    size = draw(st.sampled_from([0.0, 0.001, 0.05, 1.0, 8.0]))
    return south, west, min(south + size, 90.0), min(west + size, 180.0)


@given(boxes() | small(), boxes() | small())
def test_what_meets_shares_a_word(one: Box, other: Box) -> None:
    shared = set(words_of(one)) & set(words_for(other))
    if meets(one, other):
        assert shared


@given(small(), st.floats(0.5, 60), st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)]))
def test_what_lies_far_off_shares_none(one: Box, away: float, way: tuple[int, int]) -> None:
    height, width = one[2] - one[0], one[3] - one[1]
    assume(max(height, width) <= 0.1)
    north, east = way
    other = (one[0] + north * away, one[1] + east * away, one[2] + north * away, one[3] + east * away)
    assume(-90 <= other[0] <= other[2] <= 90 and -180 <= other[1] <= other[3] <= 180)
    assert not set(words_of(one)) & set(words_for(other))


@given(boxes() | small())
def test_there_are_few_words(box: Box) -> None:
    assert len(words_of(box)) <= 4 + 8 * 4
    assert len(words_for(box)) <= 2 * 16 + 8 * 16
    assert len(set(words_of(box))) == len(words_of(box))
