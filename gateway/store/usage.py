"""What takes room: contents by what refers to them, files by where they lie; page by page."""

from dataclasses import dataclass

from gateway.sealing import HEADER, SEGMENT, TAG
from gateway.store.noun import Noun

KINDS = ("newest", "earlier", "trash", "refused", "unused")
"""What a content is counted as: the first of these that it is. ``unused``: nothing refers to it any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """Contents of one kind; ``away``: they lie in the folder of contents, and their seals take ``seals`` bytes more."""

    kind: str
    away: bool
    count: int
    bytes: int
    seals: int


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a project in a first folder, by their newest versions."""

    project: str
    top: str
    files: int
    bytes: int


class Usage(Noun):
    """Sums over pages, so that no read takes long; a page's last key leads to the next, None: it was the last."""

    def contents(self, after: int, limit: int) -> tuple[list[Group], int | None]:
        """Sum up the contents behind a key."""
        rows = self._rows(
            """with page as (select rowid as row, sha256, size, body is null as away, typeof(key) <> 'null' as sealed
                             from contents
                             where rowid > :after order by rowid limit :limit)
               select coalesce(
                          (select min(case when f.deleted is not null then 2 when v.n = f.head then 0 else 1 end)
                           from versions v join files f on f.id = v.file where v.sha256 = page.sha256),
                          iif(exists (select 1 from rejected r where r.sha256 = page.sha256), 3, 4)) as kind,
                      away, count(*), sum(size), max(row),
                      sum(iif(away and sealed, :header + :tag * max(1, (size + :segment - 1) / :segment), 0))
               from page group by kind, away""",
            after=after, limit=limit, header=HEADER, tag=TAG, segment=SEGMENT,
        )  # fmt: skip
        groups = [Group(KINDS[kind], bool(away), count, size, seals) for kind, away, count, size, _, seals in rows]
        return groups, max((row[4] for row in rows), default=None)

    def files(
        self, after: str, limit: int, largest: int
    ) -> tuple[list[Folder], list[tuple[int, str, str]], str | None]:
        """Sum up the files behind an id by folder, and give the ``largest`` of them as (bytes, path, project)."""
        page = "(select * from files where id > :after order by id limit :limit)"
        folders = self._rows(
            f"select project, top, count(*), sum(size) from {page} where deleted is null group by project, top",
            after=after, limit=limit,
        )  # fmt: skip
        top = self._rows(
            f"select size, path, project from {page} where deleted is null order by size desc, path limit :largest",
            after=after, limit=limit, largest=largest,
        )  # fmt: skip
        last = self._value(f"select max(id) from {page}", {"after": after, "limit": limit})
        return [Folder(*row) for row in folders], [(row[0], row[1], row[2]) for row in top], last

    def conversions(self) -> tuple[int, int]:
        """Count conversions that are kept, and their bytes."""
        row = self._row("select count(*), coalesce(sum(size), 0) from conversions where body is not null")
        return (row[0], row[1]) if row else (0, 0)

    def parts(self) -> tuple[int, int]:
        """Count unfinished uploads from watches, and the bytes of them that have come."""
        row = self._row("select count(*), coalesce(sum(have), 0) from uploads")
        return (row[0], row[1]) if row else (0, 0)
