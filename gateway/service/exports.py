"""What the files of an activity hold, as a file of another format or as columns.

A small file is converted in the calling thread, a longer one in a process of its own, into a file without a name that
goes when it is closed: no export is held in memory, however long it is.
"""

import io
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from gateway.contents import FileContents
from gateway.errors import Busy, FormatError, UnsupportedType
from gateway.model import Access, Conversion, FileEntry, FileType, Kind
from gateway.service.activities import Activities
from gateway.service.converter import Converter, error_of
from gateway.service.converting import NO_PLACES, TOLD, convert
from gateway.service.kept import opened
from gateway.store import INLINE, Store

FORMATS: Final = (*(kind.value for kind in (FileType.FIT, FileType.GPX, FileType.TCX)), "geojson", "csv")
COLUMNS: Final = "columns"
_FEW: Final = 5000  # records
_WITHOUT_PLACES: Final = {
    "gpx": "GPX needs positions, and there are none: take TCX, FIT or CSV",
    "geojson": "GeoJSON needs positions, and there are none: take TCX, FIT or CSV",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file of an activity that is to become something; ``conversion`` None: it is that already."""

    file: FileEntry
    conversion: Conversion | None
    records: int = 0

    @property
    def quick(self) -> bool:
        """Say whether making it takes some milliseconds only: a small file may still have very many small records."""
        return self.conversion is None or (self.file.size <= INLINE and self.records <= _FEW)

    def name(self, ending: str) -> str:
        """Name the result after the file."""
        return f"{self.file.name.rpartition('.')[0] or self.file.name}.{ending}"


class Exports:
    """Exporting activities; files that are being made lie in ``folder``."""

    def __init__(
        self, store: Store, contents: FileContents, activities: Activities, converter: Converter, folder: Path
    ) -> None:
        self._store = store
        self._contents = contents
        self._activities = activities
        self._converter = converter
        self._folder = folder

    def choose(self, access: Access, activity: str, wanted: str, points: int = 0) -> Chosen:
        """Choose the file that tells most, or one that is of the wanted format; ``points`` 0: all.

        Raises ``NotFound``, and ``UnsupportedType`` where only summaries tell of the activity,
        or files that are encrypted.
        """
        told = self._activities.told(access, activity).files
        files = [pair for pair in told if pair[0].encrypted is None]
        if told and not files:
            raise UnsupportedType("the file of this activity is encrypted, only its sender can read it")
        if not files:
            raise UnsupportedType("no file tells of this activity, only the watch's own summary")
        file, version = next((pair for pair in files if pair[0].type == wanted), files[0])
        if file.type == wanted and not points:
            return Chosen(file, None)
        conversion = Conversion(version.facts.sha256, _target(wanted), points, 0)
        return Chosen(file, conversion, int((version.facts.summary or {}).get("records", 0)))

    def make(self, chosen: Chosen) -> BinaryIO:
        """Give the result as an open file, at its beginning; whoever takes it closes it.

        Raises what the formats do, ``UnsupportedType`` where they need places and there are none, ``Gone`` for a file
        that is not kept any more, ``Busy``.
        """
        source, conversion = self._opened(chosen.file), chosen.conversion
        if conversion is None:
            return source
        try:
            with source:
                return self._converted(source, conversion, quick=chosen.quick)
        except FormatError as error:
            if error.code != NO_PLACES:
                raise
            raise UnsupportedType(_WITHOUT_PLACES[conversion.target]) from None

    def _converted(self, source: BinaryIO, conversion: Conversion, *, quick: bool) -> BinaryIO:
        if quick:
            return io.BytesIO(convert(source.read(), conversion.target, conversion.points, conversion.cap))
        return self._elsewhere(source, conversion)

    def _opened(self, file: FileEntry) -> BinaryIO:
        with self._store.read() as transaction:
            content = opened(transaction, self._contents, file.sha256)
        return io.BytesIO(content) if isinstance(content, bytes) else content

    def _elsewhere(self, source: BinaryIO, conversion: Conversion) -> BinaryIO:
        try:
            result: BinaryIO = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  whoever takes it closes it
        except OSError as error:
            raise Busy(f"the gateway's disk refuses a file: {error.strerror}") from error
        with ExitStack() as undo:
            undo.callback(result.close)
            failure = self._converter.run(source, conversion, result)
            if not isinstance(failure, bytes):
                raise error_of(failure)
            result.seek(0)
            undo.pop_all()
        return result


def _target(wanted: str) -> str:
    """Give the word of the conversion: a FIT file of what has been done is an activity."""
    return wanted if wanted in TOLD or wanted != FileType.FIT else Kind.ACTIVITY.value


def length(opened: BinaryIO) -> int:
    """Give the bytes of an open file, which is at its beginning afterwards."""
    size = opened.seek(0, io.SEEK_END)
    opened.seek(0)
    return size
