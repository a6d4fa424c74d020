"""How many there are of everything, over all projects."""

from dataclasses import dataclass

from gateway.store.noun import Noun


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of what is there; ``bytes`` is what all projects keep, each content once a project."""

    users: int
    files: int
    bytes: int
    activities: int
    conflicts: int
    refused: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What a user has: files in the tree, bytes kept, devices and keys, and when one of these was here last."""

    id: str
    email: str | None
    owner: bool
    created: int
    files: int
    bytes: int
    devices: int
    keys: int
    seen: int | None


class Census(Noun):
    """Counts."""

    def counts(self) -> Counts:
        """Count all; conflicts are open ones."""
        row = self._row(
            """select (select count(*) from users), (select coalesce(sum(files), 0) from projects),
                      (select coalesce(sum(bytes), 0) from projects), (select count(*) from workouts),
                      (select count(*) from conflicts where settled is null), (select count(*) from rejected)"""
        )
        assert row is not None
        return Counts(*row)

    def users(self) -> list[Kept]:
        """List the users, the owner first, then as they came."""
        rows = self._run(
            """select id, email, owner, created,
                      (select coalesce(sum(files), 0) from projects where owner = u.id),
                      (select coalesce(sum(bytes), 0) from projects where owner = u.id),
                      (select count(*) from devices where user = u.id and revoked is null),
                      (select count(*) from keys where user = u.id and revoked is null),
                      (select max(seen) from (select last_seen as seen from devices where user = u.id
                                              union all select last_used from keys where user = u.id))
               from users u order by owner desc, created, id"""
        )
        return [Kept(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]

    def owners(self) -> dict[str, str]:
        """Give the owner of each project, by their ids."""
        return {row[0]: row[1] for row in self._run("select id, owner from projects")}
