"""The tree: files by path, their versions, and the activity index."""

import json
from dataclasses import asdict
from typing import Any

from gateway.model import Checked, FileEntry, FileType, Kind, Summary
from gateway.store.noun import Noun

COLUMNS = "f.id, f.project, f.path, f.head, f.sha256, f.size, f.type, f.device, f.time"


class Files(Noun):
    """Files of projects; a method that finds one never gives a deleted one."""

    def by_id(self, project: str, file: str) -> FileEntry | None:
        """Find a file of a project by its id."""
        return _entry(
            self._row(
                f"select {COLUMNS} from files f where f.id = :id and f.project = :project and f.deleted is null",
                id=file,
                project=project,
            )
        )

    def at(self, project: str, fold: str) -> FileEntry | None:
        """Find the file at a path, given with its case folded."""
        return _entry(
            self._row(
                f"select {COLUMNS} from files f where f.project = :project and f.fold = :fold and f.deleted is null",
                project=project,
                fold=fold,
            )
        )

    def with_content(self, project: str, sha256: bytes) -> FileEntry | None:
        """Find the oldest file whose head has these bytes."""
        return _entry(
            self._row(
                f"""select {COLUMNS} from files f indexed by files_content
                    where f.project = :project and f.sha256 = :sha256 and f.deleted is null
                    order by f.time, f.id limit 1""",
                project=project,
                sha256=sha256,
            )
        )

    def below(self, project: str, folder: str, limit: int) -> list[FileEntry]:
        """List the files of a folder and its folders by path; ``folder`` is folded and ends with a slash."""
        rows = self._run(
            f"""select {COLUMNS} from files f where f.project = :project and f.deleted is null
                and f.fold >= :first and f.fold < :last order by f.fold limit :limit""",
            project=project, first=folder, last=after_folder(folder), limit=limit,
        )  # fmt: skip
        return [FileEntry(*row) for row in rows]

    def activity(self, project: str, stem: str, device: str, start: int) -> FileEntry | None:
        """Find the activity that a device has sent under a name, whatever its number, and that has a start."""
        return _entry(
            self._row(
                f"""select {COLUMNS} from activities a indexed by activities_stem join files f on f.id = a.file
                    where a.project = :project and a.stem = :stem and a.device = :device and a.start = :start
                    and f.deleted is null limit 1""",
                project=project,
                stem=stem,
                device=device,
                start=start,
            )
        )

    def put(self, entry: FileEntry, fold: str, stem: str, checked: Checked, mtime: int | None = None) -> None:
        """Write a file's newest version (1: a new file); its content must be there.

        ``fold`` is the path with case folded, ``stem`` the path that its sender meant, before a number was given.
        """
        self._run(
            """insert into files (id, project, path, fold, name, top, head, sha256, size, type, device, time)
               values (:id, :project, :path, :fold, :name, :top, :head, :sha256, :size, :type, :device, :time)
               on conflict (id) do update set head = excluded.head, sha256 = excluded.sha256, size = excluded.size,
               type = excluded.type, device = excluded.device, time = excluded.time""",
            id=entry.id, project=entry.project, path=entry.path, fold=fold, name=entry.name, top=top_folder(entry.path),
            head=entry.version, sha256=entry.sha256, size=entry.size, type=entry.type, device=entry.device,
            time=entry.time,
        )  # fmt: skip
        summary = checked.summary
        self._run(
            """insert into versions (file, n, sha256, size, crc32, type, kind, damaged, summary, device, time, mtime)
               values (:file, :n, :sha256, :size, :crc32, :type, :kind, :damaged, :summary, :device, :time, :mtime)""",
            file=entry.id, n=entry.version, sha256=entry.sha256, size=entry.size, crc32=checked.content.crc32,
            type=entry.type, kind=summary and summary.kind, damaged=checked.damaged,
            summary=summary and json.dumps(_said(summary), separators=(",", ":")), device=entry.device,
            time=entry.time, mtime=mtime,
        )  # fmt: skip
        self._index(entry, stem, summary)

    def _index(self, entry: FileEntry, stem: str, summary: Summary | None) -> None:
        if summary is None or summary.kind is not Kind.ACTIVITY:
            self._run("delete from activities where file = :file", file=entry.id)
            return
        self._run(
            """insert or replace into activities
               values (:file, :project, :stem, :device, :start, :sport, :elapsed, :distance)""",
            file=entry.id, project=entry.project, stem=stem, device=entry.device, start=summary.start,
            sport=summary.sport, elapsed=summary.elapsed, distance=summary.distance,
        )  # fmt: skip

    def facts(self, file: str, version: int) -> tuple[int, str | None, dict[str, Any] | None, str | None] | None:
        """Give CRC-32, kind, summary (as JSON) and damage of a version."""
        row = self._row(
            "select crc32, kind, summary, damaged from versions where file = :file and n = :n", file=file, n=version
        )
        return (row[0], row[1], json.loads(row[2]) if row[2] else None, row[3]) if row else None

    def crc32(self, file: str, version: int) -> int:
        """Give the CRC-32 of a version that exists."""
        value: int = self._value(
            "select crc32 from versions where file = :file and n = :n", {"file": file, "n": version}
        )
        return value

    def sent_by(self, file: str, device: str) -> bool:
        """Say whether a device has sent any version of a file."""
        return (
            self._row("select 1 from versions where device = :device and file = :file", device=device, file=file)
            is not None
        )

    def has_version(self, file: str, version: int) -> bool:
        """Say whether a file has a version."""
        return self._row("select 1 from versions where file = :file and n = :n", file=file, n=version) is not None


def top_folder(path: str) -> str:
    """Give the first folder of an absolute path, ``/`` for a file at the top."""
    head, slash, _ = path[1:].partition("/")
    return f"/{head}" if slash else "/"


def after_folder(folder: str) -> str:
    """Give the first string behind all that start with ``folder``, which ends with a slash."""
    return folder[:-1] + chr(ord("/") + 1)


def _entry(row: tuple[Any, ...] | None) -> FileEntry | None:
    return FileEntry(*row) if row else None


def _said(summary: Summary) -> dict[str, Any]:
    """Give a summary without what its source does not say."""
    return _without_none(asdict(summary)) | {"type": FileType(summary.type), "kind": Kind(summary.kind)}


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [_without_none(item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list | tuple)
        else _without_none(value)
        if isinstance(value, dict)
        else value
        for key, value in values.items()
        if value is not None and value != ()
    }
