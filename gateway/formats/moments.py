"""Moments as XML and scripts write them: ISO 8601."""

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


def iso(seconds: float) -> str:
    """Return a Unix time as ISO 8601 in UTC, with milliseconds where it has some."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
