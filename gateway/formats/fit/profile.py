"""From the numbers of Garmin's FIT profile to their names and back.

A number that the profile does not name is called after its type, ``sport_99``; that name is understood too.
"""

from collections.abc import Mapping

from gateway.formats.fit.profile_names import (
    COURSE_POINTS,
    FILE_TYPES,
    GARMIN_PRODUCTS,
    MANUFACTURERS,
    SPORTS,
    SUB_SPORTS,
)

_SELLS_GARMIN_PRODUCTS = frozenset({1, 13, 15})  # garmin, dynastream_oem, dynastream
_LARGEST = {"sport": 254, "sub_sport": 254, "course_point": 254}
_LARGEST_UINT16 = 65_534


def file_type(number: int | None) -> str | None:
    """Return the name of a type of file."""
    return _name(FILE_TYPES, "file", number)


def sport(number: int | None) -> str | None:
    """Return the name of a sport."""
    return _name(SPORTS, "sport", number)


def sub_sport(number: int | None) -> str | None:
    """Return the name of a sub-sport."""
    return _name(SUB_SPORTS, "sub_sport", number)


def course_point(number: int | None) -> str | None:
    """Return the name of a kind of course point."""
    return _name(COURSE_POINTS, "course_point", number)


def manufacturer(number: int | None) -> str | None:
    """Return the name of a manufacturer."""
    return _name(MANUFACTURERS, "manufacturer", number)


def product(maker: int | None, number: int | None) -> str | None:
    """Return the name of a product. Only Garmin's numbers are public."""
    return _name(_products(maker), "product", number)


def sport_number(name: str | None) -> int | None:
    """Return the number of a sport, ``None`` for a word that is no sport of the profile."""
    return _number(SPORTS, "sport", name)


def sub_sport_number(name: str | None) -> int | None:
    """Return the number of a sub-sport, ``None`` for a word that is none of the profile."""
    return _number(SUB_SPORTS, "sub_sport", name)


def course_point_number(name: str | None) -> int | None:
    """Return the number of a kind of course point, ``None`` for a word that is none of the profile."""
    return _number(COURSE_POINTS, "course_point", name)


def manufacturer_number(name: str | None) -> int | None:
    """Return the number of a manufacturer, ``None`` for one that is not of the profile."""
    return _number(MANUFACTURERS, "manufacturer", name)


def product_number(maker: int | None, name: str | None) -> int | None:
    """Return the number of a manufacturer's product, ``None`` for one that is not public."""
    return _number(_products(maker), "product", name)


def _products(maker: int | None) -> Mapping[int, str]:
    return GARMIN_PRODUCTS if maker in _SELLS_GARMIN_PRODUCTS else {}


def _name(table: Mapping[int, str], kind: str, number: int | None) -> str | None:
    return None if number is None else table.get(number, f"{kind}_{number}")


def _number(table: Mapping[int, str], kind: str, name: str | None) -> int | None:
    """Look through the table, which costs some microseconds: writers ask a few times a file."""
    if name is None:
        return None
    found = next((number for number, known in table.items() if known == name), None)
    digits = name.removeprefix(f"{kind}_")
    if found is not None or digits == name or not (digits.isascii() and digits.isdigit()) or len(digits) > len("65534"):
        return found
    number = int(digits)
    return number if number <= _LARGEST.get(kind, _LARGEST_UINT16) else None
