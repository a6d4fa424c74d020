"""What XML elements that look alike have in common: a regular expression with holes for what differs.

Every byte outside the holes is one that an XML parser has accepted in that place, and a hole takes plain ASCII without
markup only. So whatever matches is well-formed, and says the same as the first one with other values.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

Wanted = Mapping[tuple[str, str], str]
"""Column of ``Samples`` by (parent, element), or (element, "@attribute") of the outermost element itself."""

_LONGEST: Final = 2048
_MOST: Final = 64
BLANKS: Final = b" \t\r\n"
_TAG = rb"[A-Za-z_][\w.:-]*"
_ATTRIBUTES = rb"(?:[ \t\r\n]+[A-Za-z_][\w.:-]*=\"[^\"<&]*\")*"
_TOKEN: Final = re.compile(
    rb"<(?P<leaf>%b)(?P<of_leaf>%b)[ \t\r\n]*>(?P<text>[^<&]*)</(?P=leaf)>"
    rb"|<(?P<open>%b)(?P<of_open>%b)[ \t\r\n]*(?P<empty>/?)>"
    rb"|</(?P<close>%b)>"
    rb"|[ \t\r\n]+" % (_TAG, _ATTRIBUTES, _TAG, _ATTRIBUTES, _TAG)
)
_ATTRIBUTE: Final = re.compile(rb"[ \t\r\n]+([A-Za-z_][\w.:-]*)=\"([^\"<&]*)\"")

_NUMBER: Final = rb"(-?[0-9.]{1,40})"
_MOMENT: Final = rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:)([0-5]\d(?:\.\d{1,6})?)(?:(?<=\.\d{6})\d{1,9})?(Z|[+-]\d\d:\d\d|)"
_TEXT: Final = rb"[ -%'-;=-\\^-~]{0,200}"  # no control character, no "&", "<" and "]"
_VALUE: Final = rb"[ !#-%'-;=-~]{0,200}"  # no control character, no '"', "&" and "<"


_escape = lru_cache(maxsize=256)(re.escape)


class Shape(NamedTuple):
    """``match`` captures the values of ``columns`` at an offset: a number each, for ``time`` minute, seconds, zone."""

    match: Callable[[bytes, int], "re.Match[bytes] | None"]
    columns: tuple[str, ...]


def draw(data: bytes, start: int, wanted: Wanted, strange: Collection[str]) -> tuple[Shape, int] | None:
    """Return the shape of the element at ``start`` and its end; ``None`` when it has anything out of the ordinary.

    That is an element by one of the ``strange`` names in it, one that is met twice among those that may be wanted,
    anything but plain tags and texts, or more than ``_LONGEST`` bytes and ``_MOST`` tokens: patterns stay in memory.
    """
    drawing = _Drawing(wanted, strange)
    at = start
    for _ in range(_MOST):
        token = _TOKEN.match(data, at, start + _LONGEST)
        if token is None:
            return None
        at = token.end()
        if not drawing.add(token):
            return None
        if not drawing.path:
            return _shape(b"".join(drawing.pieces), tuple(drawing.columns)), at
    return None


@lru_cache(maxsize=64)
def _shape(pattern: bytes, columns: tuple[str, ...]) -> Shape:
    """Compile once for all files of a program: that takes half a millisecond, as much as 50 points cost otherwise."""
    return Shape(re.compile(pattern).match, columns)


class _Drawing:
    """A pattern in the making."""

    def __init__(self, wanted: Wanted, strange: Collection[str]) -> None:
        self.path: list[bytes] = []
        self.pieces: list[bytes] = [rb"[ \t\r\n]*"]
        self.columns: list[str] = []
        self._wanted = wanted
        self._strange = strange
        self._met: set[str] = set()
        self._parents = {parent for parent, _ in wanted}

    def add(self, token: re.Match[bytes]) -> bool:
        """Go on over one token; says whether it may be part of a shape."""
        if token["leaf"]:
            return self._leaf(token)
        if token["open"]:
            known = self._tag(token["open"], token["of_open"])
            self.pieces.append(token["empty"] + b">")
            if not token["empty"]:
                self.path.append(token["open"])
            return known
        self.pieces.append(_escape(token[0]))
        return not token["close"] or self.path.pop() == token["close"]

    def _leaf(self, token: re.Match[bytes]) -> bool:
        tag, text = token["leaf"], token["text"]
        known = self._tag(tag, token["of_leaf"])
        value = text.strip(BLANKS)
        before, _, after = text.partition(value) if value else (text, b"", b"")
        column = self._wanted.get((_local(self.path[-1]), _local(tag))) if self.path else None
        hole = self._hole(column, value, _TEXT) if value else b""
        self.pieces += (b">", before, hole or b"", after, b"</", _escape(tag), b">")
        return known and hole is not None

    def _tag(self, tag: bytes, attributes: bytes) -> bool:
        self.pieces += (b"<", _escape(tag))
        outermost, name = not self.path, _local(tag)
        known = outermost or name not in self._strange
        if name in self._parents:
            known = known and name not in self._met
            self._met.add(name)
        for found in _ATTRIBUTE.finditer(attributes):
            column = self._wanted.get((name, f"@{found[1].decode()}")) if outermost else None
            hole = self._hole(column, found[2], _VALUE)
            known = known and hole is not None
            self.pieces += (rb"[ \t\r\n]+", _escape(found[1]), b'="', hole or b"", b'"')
        self.pieces.append(rb"[ \t\r\n]*")
        return known

    def _hole(self, column: str | None, value: bytes, otherwise: bytes) -> bytes | None:
        """Give the pattern of a value; ``None`` when this one does not match, or says what another has said."""
        if column is None:
            pattern = otherwise
        elif column in self.columns:
            return None
        else:
            pattern = _MOMENT if column == "time" else _NUMBER
            self.columns.append(column)
        return pattern if re.fullmatch(pattern, value) else None


def _local(tag: bytes) -> str:
    return tag.rpartition(b":")[2].decode()
