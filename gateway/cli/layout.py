"""How a table fits a terminal: which columns stay, how wide they are, and where their texts are folded."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

GAP: Final = 2  # cells between two columns
WHOLE: Final = 16  # cells of a moment; what is no wider is never cut or folded, what is wider gets as much
_EMPTY: Final = frozenset({"", "-"})
_BEHIND: Final = (re.compile(r"/|(?<=\D) "), re.compile(r"(?<!\d)-|-(?!\d)|[_.@]"))  # where to fold, the better first


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns that stay, by their places, and their widths; ``overflow``: together they are wider than they may."""

    places: list[int]
    widths: list[int]
    overflow: bool


def fit(columns: Sequence[Sequence[str]], may_shrink: Collection[int], drop: Sequence[int], width: int) -> Fitted:
    """Fit columns, each of its heading and its values, into ``width`` cells.

    Only those of ``may_shrink`` that are wider than a moment get narrower. Where that is not enough, columns go: first
    those of ``drop`` that are empty, then the others of ``drop``, one after the other.
    """
    places = list(range(len(columns)))
    natural = [max(map(cells, column)) for column in columns]
    soft = {place for place in may_shrink if natural[place] > WHOLE}
    empty = [place for place in drop if _EMPTY.issuperset(columns[place][1:])]
    for goes in [*empty, *(place for place in drop if place not in empty)]:
        if sum(WHOLE if place in soft else natural[place] for place in places) + GAP * (len(places) - 1) <= width:
            break
        places.remove(goes)
    room = width - GAP * (len(places) - 1) - sum(natural[place] for place in places if place not in soft)
    shares = _shares({place: natural[place] for place in places if place in soft}, room)
    widths = [shares.get(place, natural[place]) for place in places]
    return Fitted(places, widths, sum(widths) + GAP * (len(places) - 1) > width)


def _shares(wanted: dict[int, int], room: int) -> dict[int, int]:
    """Part the room: the narrow get what they want, the others as much as one another."""
    shares: dict[int, int] = {}
    for place, most in sorted(wanted.items(), key=lambda each: each[1]):
        shares[place] = max(WHOLE, min(most, room // (len(wanted) - len(shares))))
        room -= shares[place]
    return shares


def folded(text: str, width: int) -> str:
    """Break a text into lines: behind a slash or a blank, else a dash or a dot, else anywhere.

    A number and its unit stay together.
    """
    return "\n".join(_lines(text, width))


def _lines(text: str, width: int) -> Iterator[str]:
    while cells(text) > width:
        head = _beginning(text, width)
        ends = (max((match.end() for match in place.finditer(head)), default=0) for place in _BEHIND)
        end = next((end for end in ends if end * 5 > len(head)), len(head))
        if text[len(head)] == " " and not head[-1].isdigit():
            end = len(head)
        yield text[:end].rstrip(" ")
        text = text[end:].lstrip(" ")
    yield text


def cut(text: str, width: int) -> str:
    """Shorten a text that is too long; an ellipsis says so."""
    return text if cells(text) <= width else f"{_beginning(text, width - 1).rstrip(' ')}…"


def cells(text: str) -> int:
    """Count the cells of a terminal that a text takes."""
    from rich.cells import cell_len  # noqa: PLC0415  as in the tables

    return cell_len(text)


def _beginning(text: str, width: int) -> str:
    """Give as much of a text as fits, one letter at least."""
    end = 1
    while end < len(text) and cells(text[: end + 1]) <= width:
        end += 1
    return text[:end]
