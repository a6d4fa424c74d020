"""Sign-ins of devices, each a family of refresh tokens that follow from one another."""

from dataclasses import dataclass

from gateway.store.noun import Noun


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token of a device that is not revoked; ``used`` is when it was exchanged for the next."""

    family: str
    device: str
    user: str
    created: int
    used: int | None


class Families(Noun):
    """Sign-ins that have not ended. Tokens are kept as SHA-256."""

    def add(self, family: str, device: str, now: int, most: int) -> None:
        """Begin one; of a device that has more than ``most`` the oldest end."""
        self._run("insert into families values (:id, :device, :now)", id=family, device=device, now=now)
        self._run(
            """delete from families where device = :device and id <> :id and id not in
               (select id from families where device = :device and id <> :id order by created desc, id limit :most)""",
            id=family, device=device, most=most - 1,
        )  # fmt: skip

    def exists(self, family: str) -> bool:
        """Say whether a sign-in goes on."""
        return self._row("select 1 from families where id = :id", id=family) is not None

    def remove(self, family: str) -> None:
        """End a sign-in: all of its tokens are worth nothing."""
        self._run("delete from families where id = :id", id=family)

    def add_token(self, digest: bytes, family: str, now: int) -> None:
        """Give a family its next refresh token."""
        self._run(
            "insert into refresh_tokens (hash, family, created) values (:hash, :family, :now)",
            hash=digest, family=family, now=now,
        )  # fmt: skip

    def token(self, digest: bytes) -> RefreshToken | None:
        """Find a refresh token, an exchanged one too."""
        row = self._row(
            """select t.family, f.device, d.user, t.created, t.used
               from refresh_tokens t join families f on f.id = t.family join devices d on d.id = f.device
               where t.hash = :hash and d.revoked is null""",
            hash=digest,
        )
        return RefreshToken(*row) if row else None

    def exchange(self, digest: bytes, now: int) -> None:
        """Note that a refresh token was exchanged for the next."""
        self._run("update refresh_tokens set used = :now where hash = :hash", hash=digest, now=now)
