"""The table of names is what Garmin's SDK says, and names lead back to their numbers."""

from collections.abc import Callable

import garmin_fit_sdk
import pytest

from gateway.formats.fit import profile
from gateway.formats.fit.profile_names import VERSION
from gateway.formats.pointkinds import POINT_KINDS
from tests.formats.fit_profile_generator import TARGET, generated


def test_the_table_is_what_the_generator_writes() -> None:
    assert TARGET.read_text("utf-8") == generated(garmin_fit_sdk.Profile)


def test_the_table_names_the_version() -> None:
    version = garmin_fit_sdk.Profile["version"]
    assert f"{version['major']}.{version['minor']}" in TARGET.read_text("utf-8").splitlines()[0]
    assert version["major"] * 1000 + version["minor"] == VERSION


@pytest.mark.parametrize(
    ("name", "number", "word"),
    [
        (profile.sport, profile.sport_number, "sport"),
        (profile.sub_sport, profile.sub_sport_number, "sub_sport"),
        (profile.course_point, profile.course_point_number, "course_point"),
        (profile.manufacturer, profile.manufacturer_number, "manufacturer"),
    ],
)
def test_names_lead_back(name: Callable, number: Callable, word: str) -> None:
    published = garmin_fit_sdk.Profile["types"][word]
    assert all(name(value) == text and number(text) == value for value, text in published.items())
    unknown = next(value for value in range(200, 254) if value not in published)
    assert (name(unknown), number(f"{word}_{unknown}")) == (f"{word}_{unknown}", unknown)
    assert (name(None), number(None)) == (None, None)
    for wrong in ("", "Running", "quidditch", f"{word}_", f"{word}_x", f"{word}_²", f"{word}_-1", f"{word}_99999"):
        assert number(wrong) is None


def test_a_number_that_no_byte_holds_is_none() -> None:
    assert (profile.sport_number("sport_254"), profile.sport_number("sport_255")) == (254, None)


def test_products_are_garmins() -> None:
    assert (profile.product(1, 1551), profile.product_number(1, "fenix")) == ("fenix", 1551)
    assert (profile.product(15, 1551), profile.product_number(13, "fenix")) == ("fenix", 1551)
    assert (profile.product(32, 1551), profile.product_number(32, "fenix")) == ("product_1551", None)
    assert profile.product_number(32, "product_1551") == 1551
    assert (profile.product(None, None), profile.product_number(None, None)) == (None, None)


def test_all_formats_know_the_same_course_points() -> None:
    assert set(garmin_fit_sdk.Profile["types"]["course_point"].values()) == POINT_KINDS
