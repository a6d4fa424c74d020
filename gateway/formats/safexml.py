"""XML from strangers: expat without document types, with limits on everything that costs memory.

Elements are told apart by their local names, whatever their prefix; a prefix that is not declared is accepted, since
such GPX files are in the wild. The data goes to expat in chunks, so that a refusal stops it soon, and no token may be
longer than some chunks, so that a half token is never read over and over (expat before 2.6 does).

Reasons of the ``FormatError``: ``truncated``, ``not_well_formed``, ``bad_encoding``, ``dtd_forbidden``,
``unknown_root`` (an HTML document type), ``too_deep``, ``too_many_attributes``, ``too_many_names``,
``token_too_long``, ``no_root``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.parsers.expat import errors

from gateway.formats.refusals import refusal
from gateway.formats.repeats import Runs, Take, worthwhile
from gateway.formats.shapes import BLANKS, Wanted

UTF8_BOM = b"\xef\xbb\xbf"

MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_NAMES = 4096
MAX_TOKEN = 262_144
MAX_PROLOGUE = 65_536
_CHUNK = 65_536
_FIRST_CHUNK = 512
_MAX_PIECES = 8
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "windows-1252"})
_ENDED_EARLY = frozenset(
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        errors.XML_ERROR_PARTIAL_CHAR,
    )
)

Attributes = Mapping[str, str]
Texts = dict[tuple[str, str], Callable[[str], None]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """An element that comes by the thousand: ``take`` gets the ``wanted`` values of a run of them as columns.

    ``inside`` are those names in it that hearers want to hear of only for the sake of these values.
    """

    element: str
    wanted: Wanted
    take: Take
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whom to tell what: ``opened`` and ``closed`` by element, ``texts`` by (parent, element), all local names.

    A text arrives stripped, after its element has closed; an element with children has none. Runs of ``repeated``
    may be told at once, to it alone, which must come to the same.
    """

    opened: Mapping[str, Callable[[Attributes], None]] = field(default_factory=dict)
    closed: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)
    repeated: Repeated | None = None


def walk(data: bytes, hearers: Hearers) -> None:
    """Read the whole document and tell the hearers; raises ``FormatError`` at the first fault."""
    _Walker(data, hearers).run()


def root(data: bytes) -> tuple[str, int]:
    """Return the local name of the root element and its byte offset; looks hardly behind it."""
    walker = _Walker(data, Hearers(), root_only=True)
    try:
        walker.run()
    except _RootFound as found:
        return found.name, found.offset
    raise AssertionError


class _RootFound(Exception):
    def __init__(self, name: str, offset: int) -> None:
        super().__init__(name)
        self.name = name
        self.offset = offset


class _Walker:
    """One pass over one document."""

    def __init__(self, data: bytes, hearers: Hearers, *, root_only: bool = False) -> None:
        self._data = data.removeprefix(UTF8_BOM).lstrip(BLANKS)
        self._skipped = len(data) - len(self._data)
        if self._data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in self._data[:4]:
            raise refusal("bad_encoding", self._skipped, "UTF-16 and UTF-32 are not read")
        self._opened, self._closings, self._texts = hearers.opened, hearers.closed, hearers.texts
        self._repeated = hearers.repeated
        self._root_only = root_only
        self._fed = 0
        self._closed = ""
        self._path = [""]
        self._rooted = False
        self._pieces: list[str] = []
        self._hear = self._pieces.append
        self._hearer: Callable[[str], None] | None = None
        self._names: dict[str, str] = {}
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.buffer_size = 16_384
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._document_type
        parser.StartElementHandler = self._start_root
        parser.EndElementHandler = self._end
        return parser

    def run(self) -> None:
        """Read everything."""
        try:
            at = self._runs(self._repeated) if self._repeated else 0
            self._feed(at, len(self._data))
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            code = "truncated" if error.code in _ENDED_EARLY else "not_well_formed"
            at = self._skipped + self._parser.ErrorByteIndex
            raise refusal(code, at) from None
        finally:
            self._let_go()

    def _runs(self, repeated: Repeated) -> int:
        """Read up to behind the last run, of which expat gets the first element only; returns that offset."""
        if not worthwhile(self._data, repeated.element):
            return 0
        strange = (self._opened.keys() | self._closings.keys()) - repeated.inside
        strange |= {parent for parent, _ in self._texts.keys() - repeated.wanted.keys()} - repeated.inside
        runs = Runs(self._data, repeated.element, repeated.wanted, repeated.take, strange)
        at = 0
        while found := runs.next_element(at):
            start, end = found
            self._feed(at, start)
            self._closed = ""
            self._feed(start, end)
            at = end
            if self._closed == repeated.element:  # an element, and nothing in a comment or the like
                at = runs.skip(end)
                self._skipped += at - end
        return at

    def _feed(self, start: int, end: int) -> None:
        """Give expat a piece of the document, in chunks that grow."""
        view = memoryview(self._data)
        chunk = _FIRST_CHUNK
        while start < end:
            behind = min(start + chunk, end)
            self._parser.Parse(view[start:behind], False)
            self._fed += behind - start
            self._check_limits()
            start, chunk = behind, min(2 * chunk, _CHUNK)

    def _let_go(self) -> None:
        """Cut the circle of parser and bound methods, so that both go without the garbage collector."""
        parser = self._parser
        parser.XmlDeclHandler = parser.StartDoctypeDeclHandler = None
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None

    def _check_limits(self) -> None:
        if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN:
            self._refuse("token_too_long")
        if not self._rooted and self._fed >= MAX_PROLOGUE:
            self._refuse("no_root")
        if len(self._names) > MAX_NAMES:
            self._refuse("too_many_names")
        del self._pieces[_MAX_PIECES:]

    def _refuse(self, reason: str, detail: str = "") -> NoReturn:
        raise refusal(reason, self._skipped + max(0, self._parser.CurrentByteIndex), detail)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self._refuse("bad_encoding")

    def _document_type(self, name: str, _system: str | None, _public: str | None, _internal: int) -> None:
        self._refuse("unknown_root" if name.lower() == "html" else "dtd_forbidden")

    def _start_root(self, tag: str, attributes: dict[str, str]) -> None:
        if self._root_only:
            raise _RootFound(tag.rpartition(":")[2], self._skipped + self._parser.CurrentByteIndex)
        if self._parser.CurrentByteIndex > MAX_PROLOGUE:
            self._refuse("no_root")
        self._rooted = True
        self._parser.StartElementHandler = self._start
        self._start(tag, attributes)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        path = self._path
        if len(path) > MAX_DEPTH:
            self._refuse("too_deep")
        if len(attributes) > MAX_ATTRIBUTES:
            self._refuse("too_many_attributes")
        if name in self._opened:
            self._opened[name](attributes)
        hearer = self._texts.get((path[-1], name))
        path.append(name)
        if hearer is not None:
            self._pieces.clear()
            self._parser.CharacterDataHandler = self._hear
            self._hearer = hearer
        elif self._hearer is not None:
            self._parser.CharacterDataHandler = self._hearer = None

    def _end(self, _tag: str) -> None:
        self._closed = name = self._path.pop()
        if self._hearer is not None:
            hearer, self._hearer = self._hearer, None
            self._parser.CharacterDataHandler = None
            hearer("".join(self._pieces).strip())
        if name in self._closings:
            self._closings[name]()
