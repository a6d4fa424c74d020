"""JSON in columns."""

from typing import Any

import orjson


def dumps(value: object) -> str:
    """Write a value that came from JSON, or is made of what JSON has."""
    return orjson.dumps(value).decode()


def loads(text: str) -> Any:
    """Read what a column has."""
    return orjson.loads(text)
