"""Personal keys of scripts, and of phones that can hold no session."""

from typing import Any

from gateway.model import Key, Scope
from gateway.store import jsontext
from gateway.store.noun import Noun

_COLUMNS = "k.id, k.user, k.name, k.scopes, k.folder, k.created, k.last_used, k.revoked"


class Keys(Noun):
    """Keys, as SHA-256. Revoked ones stay: files name who sent them."""

    def add(self, key: Key, digest: bytes) -> None:
        """Create a key."""
        self._run(
            """insert into keys (id, user, name, hash, scopes, folder, created)
               values (:id, :user, :name, :hash, :scopes, :folder, :created)""",
            id=key.id, user=key.user, name=key.name, hash=digest, scopes=jsontext.dumps(sorted(key.scopes)),
            folder=key.folder, created=key.created,
        )  # fmt: skip

    def by_id(self, key: str) -> Key | None:
        """Find a key, a revoked one too."""
        return _key(self._row(f"select {_COLUMNS} from keys k where k.id = :id", id=key))

    def by_hash(self, digest: bytes) -> tuple[Key, str] | None:
        """Find a key that is not revoked, with its user's home."""
        row = self._row(
            f"""select {_COLUMNS}, p.id from keys k join projects p on p.owner = k.user and p.name = 'home'
                where k.hash = :hash and k.revoked is null""",
            hash=digest,
        )
        key = _key(row[:8]) if row else None
        return (key, row[8]) if key and row else None

    def all(self, user: str | None = None) -> list[Key]:
        """List the keys that are not revoked, of one user or of all, oldest first."""
        rows = self._run(
            f"""select {_COLUMNS} from keys k where k.revoked is null and (:user is null or k.user = :user)
                order by k.created, k.id""",
            user=user,
        )
        return [key for key in map(_key, rows) if key]

    def used(self, key: str, now: int) -> None:
        """Note that a key was used."""
        self._run("update keys set last_used = :now where id = :id", id=key, now=now)

    def revoke(self, key: str, now: int) -> None:
        """Make a key worth nothing."""
        self._run("update keys set revoked = :now where id = :id", id=key, now=now)


def _key(row: tuple[Any, ...] | None) -> Key | None:
    if row is None:
        return None
    scopes = frozenset(map(Scope, jsontext.loads(row[3])))
    return Key(row[0], row[1], row[2], scopes, *row[4:])
