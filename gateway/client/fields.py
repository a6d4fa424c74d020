"""Reading the JSON objects of answers: what a client needs must be there and of its type."""

from collections.abc import Mapping
from typing import Any

from gateway.client.errors import NotUnderstood

Raw = Mapping[str, Any]


def text(raw: Raw, key: str) -> str:
    """Give a text; raises ``NotUnderstood``."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise NotUnderstood(f"the gateway's answer has no {key}")
    return value


def number(raw: Raw, key: str) -> int:
    """Give a whole number; raises ``NotUnderstood``."""
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotUnderstood(f"the gateway's answer has no {key}")
    return value


def flag(raw: Raw, key: str) -> bool:
    """Give a flag; what is left out is false."""
    return raw.get(key) is True


def text_or_none(raw: Raw, key: str) -> str | None:
    """Give a text, None where there is none."""
    value = raw.get(key)
    return value if isinstance(value, str) else None


def onward(raw: Raw, key: str, before: str | None) -> str | None:
    """Give the cursor of the next page, None at the end; raises ``NotUnderstood`` for the one that was asked with."""
    cursor = text_or_none(raw, key)
    if cursor is not None and cursor == before:
        raise NotUnderstood("the gateway's list does not go on")
    return cursor


def number_or_none(raw: Raw, key: str) -> int | None:
    """Give a whole number, None where there is none."""
    value = raw.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decimal_or_none(raw: Raw, key: str) -> float | None:
    """Give a number, None where there is none."""
    value = raw.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def inner(raw: Raw, key: str) -> dict[str, Any]:
    """Give an object; raises ``NotUnderstood``."""
    value = raw.get(key)
    if not isinstance(value, dict):
        raise NotUnderstood(f"the gateway's answer has no {key}")
    return value


def objects(raw: Raw, key: str) -> list[dict[str, Any]]:
    """Give a list of objects; raises ``NotUnderstood``."""
    value = raw.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise NotUnderstood(f"the gateway's answer has no {key}")
    return value
