"""Developer fields: what apps and sensors add to records, described by the file itself.

Source: FIT protocol, "Developer Data".
"""

from typing import Final, NamedTuple

from gateway.formats.fit.definition import BASE_TYPES, STRING, Definition, Field
from gateway.formats.fit.message import RECORD, Message
from gateway.formats.track import COLUMNS

MAX_COLUMNS: Final = 32
"""How many developer fields a track has; more would take much memory for a small file."""

_BASE_MASK: Final = 0x1F


class Described(NamedTuple):
    """A field that the file describes: the value is ``stored / scale - offset``; ``native`` is what it stands for."""

    name: str
    units: str
    base: int
    scale: float
    offset: float
    native: int | None


class Developers:
    """The descriptions of one part of a file; names are unique in the file, and none is a name of ``COLUMNS``."""

    def __init__(self) -> None:
        self.units: dict[str, str] = {}
        self._names: dict[tuple[str, int], str] = {}
        self._described: dict[tuple[int, int], Described] = {}

    def begin_part(self) -> None:
        """Forget the descriptions: those of one part say nothing of the next."""
        self._described.clear()

    def describe(self, message: Message) -> None:
        """Take a field_description message."""
        developer, number, base = (message.whole(name, 255) for name in ("developer", "number", "base"))
        name = message.names.get("name")
        if developer is None or number is None or base is None or name is None:
            return
        column = self._column(name, developer)
        if column is None:
            return
        self.units[column] = message.names.get("units", "")
        of_record = message.whole("native_message", 65_535) == RECORD
        self._described[developer, number] = Described(
            column,
            self.units[column],
            base & _BASE_MASK,
            message.numbers.get("scale") or 1.0,
            message.numbers.get("offset", 0.0),
            message.whole("native_field", 255) if of_record else None,
        )

    def _column(self, name: str, developer: int) -> str | None:
        """Give a field its name, with the developer's index where another one bears it, ``None`` beyond the limit."""
        known = self._names.get((name, developer))
        if known is None and len(self._names) < MAX_COLUMNS:
            taken = {*self._names.values(), *COLUMNS}
            known = name if name not in taken else f"{name} ({developer})"
            if known in taken:
                return None
            self._names[name, developer] = known
        return known

    def fields(self, definition: Definition) -> list[tuple[Described, Field]]:
        """Return the described fields of a definition that hold numbers."""
        found = []
        for key, (offset, size) in definition.developer_fields().items():
            described = self._described.get(key)
            base = BASE_TYPES.get(described.base) if described else None
            if described and base and base is not STRING and not size % base.size:
                found.append((described, Field(offset, size, base)))
        return found
