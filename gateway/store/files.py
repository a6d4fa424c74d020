"""The tree: files by path, their versions, and the names that senders of activities meant."""

from typing import Any, Final

from gateway.model import FileEntry, Kind, Trashed, Version
from gateway.store import jsontext
from gateway.store.noun import Noun

COLUMNS: Final = """f.id, f.project, f.path, f.head, f.sha256, f.size, f.type, f.device, f.time, f.mtime, f.damaged,
                    f.encrypted"""
WIDTH: Final = len(COLUMNS.split(","))
"""Number of ``COLUMNS``, the fields of a ``FileEntry``."""

_NEXT: Final = "\x01"
"""Makes of a path the first that may follow it: no name has a control character."""


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

    def with_content(self, project: str, sha256: bytes, folder: str = "/") -> FileEntry | None:
        """Find the oldest file of a folder and its folders whose head has these bytes; it ends with a slash."""
        return _entry(
            self._row(
                f"""select {COLUMNS} from files f indexed by files_content
                    where f.project = :project and f.sha256 = :sha256 and f.deleted is null
                    and f.path >= :folder and f.path < :last
                    order by f.time, f.id limit 1""",
                project=project,
                sha256=sha256,
                folder=folder,
                last=after_folder(folder),
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

    def first_below(self, project: str, folder: str) -> FileEntry | None:
        """Find the first file of a folder and its folders; ``folder`` is folded and ends with a slash."""
        return next(iter(self.below(project, folder, 1)), None)

    def page(self, project: str, folder: str, start: str, limit: int) -> list[tuple[str, FileEntry]]:
        """List files of a folder and its folders from the path ``start`` on, each with where the next one may be.

        All paths are folded, ``folder`` ends with a slash.
        """
        rows = self._run(
            f"""select f.fold, {COLUMNS} from files f where f.project = :project and f.deleted is null
                and f.fold >= :start and f.fold < :last order by f.fold limit :limit""",
            project=project, start=max(start, folder), last=after_folder(folder), limit=limit,
        )  # fmt: skip
        return [(row[0] + _NEXT, FileEntry(*row[1:])) for row in rows]

    def children(self, project: str, folder: str, start: str, limit: int) -> list[tuple[str, FileEntry, bool]]:
        """List what lies in one folder, files and folders, from the path ``start`` on.

        Each is (where the next one may be, file, whether it lies in the folder itself): of a folder in the folder
        comes one file, and what else lies in it is jumped over, however much it is. Paths are as in ``page``.
        """
        found: list[tuple[str, FileEntry, bool]] = []
        start = max(start, folder)
        while len(found) < limit:
            rows = self._run(
                f"""select f.fold, {COLUMNS} from files f where f.project = :project and f.deleted is null
                    and f.fold >= :start and f.fold < :last order by f.fold limit :limit""",
                project=project, start=start, last=after_folder(folder), limit=limit - len(found),
            )  # fmt: skip
            for fold, *columns in rows:
                name, slash, _ = fold[len(folder) :].partition("/")
                start = after_folder(f"{folder}{name}/") if slash else fold + _NEXT
                found.append((start, FileEntry(*columns), not slash))
                if slash:
                    rows.close()
                    break
            else:
                break
        return found

    def put(self, entry: FileEntry, fold: str, stem: str, version: Version) -> None:
        """Write a file's newest version (1: a new file); its content must be there.

        ``fold`` is the path with case folded, ``stem`` the path that its sender meant, before a number was given.
        """
        self._run(
            """insert into files (id, project, path, fold, name, top, head, sha256, size, type, device, time,
                   mtime, damaged, encrypted)
               values (:id, :project, :path, :fold, :name, :top, :head, :sha256, :size, :type, :device, :time, :mtime,
                   :damaged, :encrypted)
               on conflict (id) do update set head = excluded.head, sha256 = excluded.sha256, size = excluded.size,
               type = excluded.type, device = excluded.device, time = excluded.time, mtime = excluded.mtime,
               damaged = excluded.damaged, encrypted = excluded.encrypted""",
            id=entry.id, project=entry.project, path=entry.path, fold=fold, name=entry.name, top=top_folder(entry.path),
            head=entry.version, sha256=entry.sha256, size=entry.size, type=entry.type, device=entry.device,
            time=entry.time, mtime=entry.mtime, damaged=entry.damaged,
            encrypted=entry.encrypted,
        )  # fmt: skip
        facts = version.facts
        self._run(
            """insert into versions (file, n, sha256, size, crc32, type, kind, damaged, summary, device, time, mtime,
                   encrypted)
               values (:file, :n, :sha256, :size, :crc32, :type, :kind, :damaged, :summary, :device, :time, :mtime,
                   :encrypted)""",
            file=entry.id, n=entry.version, sha256=facts.sha256, size=facts.size, crc32=facts.crc32, type=facts.type,
            kind=facts.kind, damaged=facts.damaged, device=version.device, time=version.time, mtime=version.mtime,
            summary=None if facts.summary is None else jsontext.dumps(facts.summary),
            encrypted=facts.encrypted,
        )  # fmt: skip
        self.note_stem(entry, stem, version)

    def note_stem(self, entry: FileEntry, stem: str, version: Version) -> None:
        """Note which name the sender of an activity meant, by which its next version is found; forget it of others."""
        if version.facts.kind != Kind.ACTIVITY:
            self.forget_stem(entry.id)
            return
        said = version.facts.summary or {}
        self._run(
            """insert or replace into activities
               values (:file, :project, :stem, :device, :start, :sport, :elapsed, :distance)""",
            file=entry.id, project=entry.project, stem=stem, device=entry.device, start=said.get("start"),
            sport=said.get("sport"), elapsed=said.get("elapsed"), distance=said.get("distance"),
        )  # fmt: skip

    def stem(self, file: str) -> str | None:
        """Give the folded path that the sender of an activity meant."""
        row = self._row("select stem from activities where file = :file", file=file)
        return row[0] if row else None

    def forget_stem(self, file: str) -> None:
        """Forget which name the sender of a file meant."""
        self._run("delete from activities where file = :file", file=file)

    def move(self, file: str, path: str, fold: str) -> None:
        """Give a file another path."""
        self._run(
            "update files set path = :path, fold = :fold, name = :name, top = :top where id = :id",
            id=file, path=path, fold=fold, name=path.rpartition("/")[2], top=top_folder(path),
        )  # fmt: skip

    def remove(self, file: str, now: int) -> None:
        """Put a file into the trash: its path is free, its versions stay."""
        self._run("update files set deleted = :now where id = :id", id=file, now=now)
        self.forget_stem(file)

    def revive(self, file: str, path: str, fold: str) -> None:
        """Take a file out of the trash, to ``path``, which must be free."""
        self._run(
            "update files set deleted = null, path = :path, fold = :fold, name = :name, top = :top where id = :id",
            id=file, path=path, fold=fold, name=path.rpartition("/")[2], top=top_folder(path),
        )  # fmt: skip

    def trashed(self, project: str, file: str) -> Trashed | None:
        """Find a file in the trash."""
        row = self._row(
            f"""select {COLUMNS}, f.deleted from files f
                where f.id = :id and f.project = :project and f.deleted is not null""",
            id=file, project=project,
        )  # fmt: skip
        return Trashed(FileEntry(*row[:WIDTH]), row[WIDTH]) if row else None

    def trash(self, project: str, folder: str, limit: int, before: tuple[int, str] | None = None) -> list[Trashed]:
        """List what was deleted in a folder (with a slash at its end), the latest first, behind (moment, id)."""
        rows = self._run(
            f"""select {COLUMNS}, f.deleted from files f indexed by files_trash
                where f.project = :project and f.deleted is not null and (f.deleted, f.id) < (:time, :id)
                and f.path >= :folder and f.path < :last order by f.deleted desc, f.id desc limit :limit""",
            project=project, time=before[0] if before else 1 << 62, id=before[1] if before else "", limit=limit,
            folder=folder, last=after_folder(folder),
        )  # fmt: skip
        return [Trashed(FileEntry(*row[:WIDTH]), row[WIDTH]) for row in rows]


def top_folder(path: str) -> str:
    """Give the first folder of an absolute path, ``/`` for a file at the top."""
    head, slash, _ = path[1:].partition("/")
    return f"/{head}" if slash else "/"


def after_folder(folder: str) -> str:
    """Give the first string behind all that start with ``folder``, which ends with a slash."""
    return folder[:-1] + chr(ord("/") + 1)


def _entry(row: tuple[Any, ...] | None) -> FileEntry | None:
    return FileEntry(*row) if row else None
