"""The versions of files."""

from typing import Any, Final

from gateway.model import Facts, Version
from gateway.store import jsontext
from gateway.store.files import after_folder
from gateway.store.noun import Noun

_COLUMNS: Final = """v.file, v.n, v.sha256, v.size, v.crc32, v.type, v.kind, v.damaged, v.summary, v.device, v.time,
                     v.mtime, v.encrypted"""


_LOOK: Final = 1000


class Versions(Noun):
    """What files were, those in the trash too."""

    def find(self, file: str, number: int) -> Version | None:
        """Find a version that is still kept."""
        row = self._row(f"select {_COLUMNS} from versions v where v.file = :file and v.n = :n", file=file, n=number)
        return _version(row) if row else None

    def newest(self, file: str, limit: int) -> list[Version]:
        """List the newest versions of a file that are still kept, newest first."""
        rows = self._run(
            f"select {_COLUMNS} from versions v where v.file = :file order by v.n desc limit :limit",
            file=file, limit=limit,
        )  # fmt: skip
        return [_version(row) for row in rows]

    def with_content(self, project: str, sha256: bytes, folder: str = "/") -> Facts | None:
        """Give what is known of a content that some version in a folder of a project has; None: none was found.

        ``folder`` ends with a slash. All heads are looked at; of earlier versions ``_LOOK``, whoever has them.
        """
        scope = {"sha256": sha256, "project": project, "folder": folder, "last": after_folder(folder)}
        inside = "f.project = :project and f.path >= :folder and f.path < :last"
        row = self._row(
            f"""select {_COLUMNS} from files f indexed by files_content
                join versions v on v.file = f.id and v.n = f.head
                where f.sha256 = :sha256 and f.deleted is null and {inside} limit 1""",
            **scope,
        ) or self._row(
            f"""select {_COLUMNS} from (select * from versions indexed by versions_content
                where sha256 = :sha256 limit {_LOOK}) v join files f on f.id = v.file where {inside} limit 1""",
            **scope,
        )
        return _version(row).facts if row else None

    def crc32(self, file: str, number: int) -> int:
        """Give the CRC-32 of a version that exists."""
        value: int = self._value(
            "select crc32 from versions where file = :file and n = :n", {"file": file, "n": number}
        )
        return value

    def exists(self, file: str, number: int) -> bool:
        """Say whether a file has a version."""
        return self._row("select 1 from versions where file = :file and n = :n", file=file, n=number) is not None

    def sent_by(self, file: str, device: str) -> bool:
        """Say whether a device has sent any version of a file."""
        sql = "select 1 from versions where device = :device and file = :file"
        return self._row(sql, device=device, file=file) is not None

    def paths(self, sha256: bytes, limit: int) -> list[str]:
        """List the paths of files that have a content in any version, those in the trash too."""
        rows = self._run(
            """select distinct f.path from versions v indexed by versions_content join files f on f.id = v.file
               where v.sha256 = :sha256 order by f.path limit :limit""",
            sha256=sha256, limit=limit,
        )  # fmt: skip
        return [row[0] for row in rows]


def _version(row: tuple[Any, ...]) -> Version:
    file, number, sha256, size, crc32, kind_of_file, kind, damaged, summary, device, time, mtime, encrypted = row
    said = jsontext.loads(summary) if summary else None
    facts = Facts(sha256, size, crc32, kind_of_file, kind, damaged, said, encrypted)
    return Version(file, number, facts, device, time, mtime)
