"""What may go some day: looked for page by page, removed piece by piece."""

from dataclasses import dataclass

from gateway.store.noun import Noun


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as clean-up sees it; ``deleted`` is since when it lies in the trash."""

    id: str
    project: str
    path: str
    head: int
    deleted: int | None


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version without what is known of its content."""

    number: int
    sha256: bytes
    size: int
    time: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in of a device, with when it was last refreshed."""

    family: str
    device: str
    last: int


_FILE = "f.id, f.project, f.path, f.head, f.deleted"


class Retention(Noun):
    """Files with their versions and whatever else may be over, of all projects."""

    def page(self, after: str, limit: int) -> list[KeptFile]:
        """List files behind an id by id, those in the trash too."""
        rows = self._run(
            f"select {_FILE} from files f where f.id > :after order by f.id limit :limit", after=after, limit=limit
        )
        return [KeptFile(*row) for row in rows]

    def find(self, file: str) -> KeptFile | None:
        """Find a file, one in the trash too."""
        row = self._row(f"select {_FILE} from files f where f.id = :id", id=file)
        return KeptFile(*row) if row else None

    def versions(self, file: str) -> list[KeptVersion]:
        """List the versions of a file, oldest first."""
        rows = self._run("select n, sha256, size, time from versions where file = :file order by n", file=file)
        return [KeptVersion(*row) for row in rows]

    def references(self, sha256: bytes) -> int:
        """Count the versions and refused uploads that have a content."""
        value: int = self._value(
            """select (select count(*) from versions where sha256 = :sha256)
                    + (select count(*) from rejected where sha256 = :sha256)""",
            {"sha256": sha256},
        )
        return value

    def is_referred_to(self, sha256: bytes) -> bool:
        """Say whether any version or refused upload has a content."""
        return bool(self._value(
            """select exists (select 1 from versions where sha256 = :sha256)
                   or exists (select 1 from rejected where sha256 = :sha256)""",
            {"sha256": sha256},
        ))  # fmt: skip

    def remove_version(self, file: str, number: int) -> None:
        """Forget a version; the journal and whoever has fetched it are still told of it."""
        self._run("delete from versions where file = :file and n = :n", file=file, n=number)

    def remove_file(self, file: str) -> None:
        """Forget a file that has no version any more, with what was settled about it."""
        for table in ("acks", "activities"):
            self._run(f"delete from {table} where file = :file", file=file)
        self._run("delete from conflicts where file = :file and settled is not null or copy = :file", file=file)
        self._run("delete from files where id = :file", file=file)

    def sign_ins(self, before: int) -> list[SignIn]:
        """List the sign-ins that nobody has refreshed since a moment."""
        rows = self._run(
            """select f.id, d.name, coalesce(max(t.created), f.created) as last
               from families f join devices d on d.id = f.device left join refresh_tokens t on t.family = f.id
               group by f.id having last < :before order by last, f.id""",
            before=before,
        )
        return [SignIn(*row) for row in rows]

    def last_refreshed(self, family: str) -> int | None:
        """Say when a sign-in was last refreshed, None: it has ended."""
        row = self._row(
            """select coalesce(max(t.created), f.created) from families f
               left join refresh_tokens t on t.family = f.id where f.id = :family group by f.id""",
            family=family,
        )
        return row[0] if row else None

    def forget_tokens(self, before: int, most: int) -> int:
        """Forget refresh tokens from before a moment, at most so many; gives how many. They were exchanged long ago."""
        self._run(
            """delete from refresh_tokens where hash in
               (select hash from refresh_tokens where created < :before and used is not null limit :most)""",
            before=before, most=most,
        )  # fmt: skip
        return self._changes()
