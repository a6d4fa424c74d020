"""What waits for a device, as a view of the tree and of what the device has acknowledged."""

from gateway.model import Conversion, FileEntry, Wanted
from gateway.store.files import COLUMNS, WIDTH, after_folder, top_folder
from gateway.store.noun import Noun

_LOOKED_AT = "f.project = :project and f.deleted is null and f.top = :top"

_FOR_DEVICE = """(:under is null or (f.path >= :under and f.path < :after))
                 and f.type is not null and f.id is not :config
                 and not exists (select 1 from versions v where v.device = :device and v.file = f.id)"""

_OFFERED = f"{_LOOKED_AT} and {_FOR_DEVICE}"

_SIMPLIFIABLE = "f.size > :cap and f.type in ('gpx', 'tcx')"

_SIMPLIFIED = """select 1 from conversions c
                 where c.source = f.sha256 and c.target = f.type and c.points = 0 and c.cap = :cap"""

_FITS = f"(f.size <= :cap or ({_SIMPLIFIABLE} and exists ({_SIMPLIFIED} and c.body is not null)))"

_UNACKED = """not exists (select 1 from acks a
              where a.device = :device and a.file = f.id and a.version = f.head)"""


class Deliveries(Noun):
    """Files on their way to devices."""

    def newest(self, wanted: Wanted, limit: int, before: tuple[int, str] | None = None) -> list[FileEntry]:
        """List the newest ``limit`` files that come after the entry (time, id) in the order newest first."""
        found = [entry for folder in wanted.device.folders for entry in self._newest_in(folder, wanted, limit, before)]
        return sorted(found, key=lambda entry: (entry.time, entry.id), reverse=True)[:limit]

    def _newest_in(self, folder: str, wanted: Wanted, limit: int, before: tuple[int, str] | None) -> list[FileEntry]:
        rows = self._run(
            f"""select {COLUMNS} from files f indexed by files_newest
                where {_OFFERED} and {_FITS} {"" if wanted.acknowledged else f"and {_UNACKED}"}
                and (:type is null or f.type = :type)
                and (f.time, f.id) < (:time, :id)
                order by f.time desc, f.id desc limit :limit""",
            **_scope(folder, wanted), type=wanted.type, time=before[0] if before else 1 << 62,
            id=before[1] if before else "", limit=limit,
        )  # fmt: skip
        return [FileEntry(*row) for row in rows]

    def count(self, wanted: Wanted) -> tuple[int, int]:
        """Count the files that wait for a device, and those that have to be looked at to find them."""
        rows = [
            self._row(
                f"""select count(*) filter (where {_FOR_DEVICE} and {_FITS} and {_UNACKED}), count(*)
                    from files f indexed by files_newest where {_LOOKED_AT}""",
                **_scope(folder, wanted),
            )
            for folder in outermost(wanted.device.folders)
        ]
        return sum(row[0] for row in rows if row), sum(row[1] for row in rows if row)

    def unprepared(self, wanted: Wanted, before: int, limit: int) -> list[Conversion]:
        """List the conversions that files need to be offered, and that did not fail after ``before``."""
        found = [
            Conversion(row[0], row[1], 0, wanted.cap)
            for folder in outermost(wanted.device.folders)
            for row in self._run(
                f"""select distinct f.sha256, f.type from files f indexed by files_newest
                    where {_OFFERED} and {_SIMPLIFIABLE}
                    and not exists ({_SIMPLIFIED} and (c.body is not null or c.made >= :before)) limit :limit""",
                **_scope(folder, wanted), before=before, limit=limit,
            )
        ]  # fmt: skip
        return found[:limit]

    def by_name(self, wanted: Wanted, name: str) -> FileEntry | None:
        """Find a file of a device's folders by its name: the newest that waits, else the newest."""
        rows = self._run(
            f"""select {COLUMNS}, f.type is not null and {_FITS} and f.id is not :config
                    and not exists (select 1 from versions v where v.device = :device and v.file = f.id) and {_UNACKED}
                from files f indexed by files_name
                where f.project = :project and f.name = :name and f.deleted is null""",
            project=wanted.device.project, device=wanted.device.id, cap=wanted.cap, config=wanted.config, name=name,
        )  # fmt: skip
        folders = tuple(folder.rstrip("/") + "/" for folder in wanted.device.folders)
        found = [(bool(row[WIDTH]), FileEntry(*row[:WIDTH])) for row in rows if row[2].startswith(folders)]
        return max(found, key=lambda item: (item[0], item[1].time, item[1].id), default=(False, None))[1]

    def has(self, device: str, file: str, version: int) -> bool:
        """Say whether a device has acknowledged a version."""
        sql = "select 1 from acks where device = :device and file = :file and version = :version"
        return self._row(sql, device=device, file=file, version=version) is not None

    def fetched(self, file: str) -> list[tuple[str, int]]:
        """List the devices that have fetched a file, each with the newest version that it has."""
        rows = self._run(
            "select device, max(version) from acks indexed by acks_file where file = :file group by device", file=file
        )
        return [(row[0], row[1]) for row in rows]

    def ack(self, device: str, file: str, version: int, now: int) -> bool:
        """Note that a device has a version; False when it was known."""
        self._run(
            "insert into acks values (:device, :file, :version, :now) on conflict do nothing",
            device=device, file=file, version=version, now=now,
        )  # fmt: skip
        return self._changes() == 1


def outermost(folders: tuple[str, ...]) -> list[str]:
    """Leave out folders that lie in others of the list."""
    kept: list[str] = []
    for folder in sorted(folders):
        if not any(folder == other or folder.startswith(other.rstrip("/") + "/") for other in kept):
            kept.append(folder)
    return kept


def _scope(folder: str, wanted: Wanted) -> dict[str, object]:
    """Give the values of ``_OFFERED``; ``under`` is set for a folder within a first folder."""
    prefix = folder.rstrip("/") + "/"
    nested = prefix.count("/") > 2  # noqa: PLR2004  '/routes/' has two
    return {
        "project": wanted.device.project,
        "device": wanted.device.id,
        "cap": wanted.cap,
        "config": wanted.config,
        "top": top_folder(prefix + "x"),
        "under": prefix if nested else None,
        "after": after_folder(prefix) if nested else None,
    }
