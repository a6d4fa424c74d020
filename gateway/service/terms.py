"""The words that activities are found by, and the query that asks for some of them.

Words of people have letters and digits only; those that begin with a letter and a low line are the index's own: ``p_``
project, ``s_`` sport, ``d_`` sender, ``c_`` and ``a_`` places. So nobody can make an activity look like another's.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

from gateway.errors import BadRequest
from gateway.formats.sports import fit_sport
from gateway.model import Workout
from gateway.service import cells

MOST: Final = 64  # words of texts that one activity is found by
ASKED: Final = 8  # words in one search
_LONGEST: Final = 40  # characters of a word that count
_WORD: Final = re.compile(r"[^\W_]+")
_STARRED: Final = re.compile(r"([^\W_]+)(\*?)")
_TELLING: Final = 2  # letters that a beginning must have


def terms_of(workout: Workout, texts: Iterable[str | None], sports: Iterable[str | None]) -> str:
    """Give all words of an activity, blanks between; ``sports`` are those of its parts too."""
    words = dict.fromkeys(word for text in texts if text for word in words_in(text))
    own = [f"p_{workout.project}", *(f"d_{device}" for device in workout.devices)]
    own += sorted({f"s_{_joined(sport)}" for sport in (workout.sport, workout.sub_sport, *sports) if sport})
    return " ".join([*own, *(cells.words_of(workout.bbox) if workout.bbox else ()), *list(words)[:MOST]])


def query(
    project: str,
    *,
    sport: str | None = None,
    devices: Sequence[str] | None = None,
    boxes: Sequence[cells.Box] = (),
    text: str | None = None,
) -> str | None:
    """Give what asks for activities that fit all that is said; None: nothing is, all of the project fit.

    ``devices``: one of these has sent something of it. ``boxes``: it may lie in one of these. Raises ``BadRequest`` for
    a text without words, or with too many.
    """
    parts: list[str] = []
    if sport is not None:  # one word of others may be a sport and a sub-sport of FIT
        parts += [_quoted(f"s_{_joined(word)}") for word in fit_sport(sport) if word] or [_quoted("none_")]
    if devices is not None:
        parts.append(_any(f"d_{device}" for device in devices))
    if boxes:
        parts.append(_any(dict.fromkeys(word for one in boxes for word in cells.words_for(one))))
    if text is not None:
        parts += _asked(text)
    return " AND ".join([_quoted(f"p_{project}"), *parts]) if parts else None


def words_in(text: str) -> list[str]:
    """Give the words of a text as they are compared: without case and accents."""
    return [word[:_LONGEST] for word in _WORD.findall(_plain(text))]


def _asked(text: str) -> list[str]:
    found = _STARRED.findall(_plain(text))
    if not found:
        raise BadRequest("q: has no word to look for")
    if len(found) > ASKED:
        raise BadRequest(f"q: takes at most {ASKED} words")
    if any(star and len(word) < _TELLING for word, star in found):
        raise BadRequest(f"q: takes {_TELLING} letters or more before a *")
    return [_quoted(word[:_LONGEST]) + (" *" if star else "") for word, star in found]


def _plain(text: str) -> str:
    if text.isascii():
        return text[:2000].casefold()
    parted = unicodedata.normalize("NFKD", text[:2000].casefold())
    return "".join(char for char in parted if not unicodedata.combining(char))


def _joined(sport: str) -> str:
    return "".join(words_in(sport)) or "none"


def _quoted(word: str) -> str:
    return f'"{word}"'


def _any(words: Iterable[Any]) -> str:
    listed = " OR ".join(map(_quoted, words))
    return f"({listed})" if listed else _quoted("none_")
