"""Moments as XML writes them."""

from datetime import UTC, datetime, timedelta

from gateway.formats.quantities import MAX_INT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_MAX_LENGTH = 40


def parse_moment(text: str | None) -> float | None:
    """Return the Unix time of an ISO 8601 text in seconds, ``None`` when it is none or lies outside 1970 to 2038.

    A text without a zone is UTC, as GPX 1.1 prescribes.
    """
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - _EPOCH) / _SECOND
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds <= MAX_INT else None
