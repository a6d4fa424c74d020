"""Devices, the tokens of those that pair, the secrets of those that sign in."""

from typing import Any

from gateway.model import DeviceType, PairedDevice
from gateway.store import jsontext
from gateway.store.noun import Noun

_COLUMNS = """d.id, d.user, d.project, d.type, d.ident, d.name, d.app, d.folders, d.created, d.last_seen, d.last_sync,
              d.sent, d.revoked, d.pulled"""
_WIDTH = 14


class Devices(Noun):
    """Watches and the like, each of one user."""

    def add(self, device: PairedDevice) -> None:
        """Create a device."""
        self._run(
            """insert into devices (id, user, project, type, ident, name, app, folders, created)
               values (:id, :user, :project, :type, :ident, :name, :app, :folders, :created)""",
            id=device.id, user=device.user, project=device.project, type=device.type, ident=device.ident,
            name=device.name, app=device.app, folders=jsontext.dumps(device.folders), created=device.created,
        )  # fmt: skip

    def set_secret(self, device: str, digest: bytes) -> None:
        """Set what a device signs in with, as SHA-256."""
        self._run("update devices set secret = :hash where id = :id", id=device, hash=digest)

    def by_id(self, device: str) -> PairedDevice | None:
        """Find a device, a revoked one too."""
        return _device(self._row(f"select {_COLUMNS} from devices d where d.id = :id", id=device))

    def by_ident(self, user: str, kind: DeviceType, ident: str) -> PairedDevice | None:
        """Find the device of a user that calls itself ``ident``, a revoked one too."""
        return _device(
            self._row(
                f"select {_COLUMNS} from devices d where d.user = :user and d.type = :type and d.ident = :ident",
                user=user,
                type=kind,
                ident=ident,
            )
        )

    def by_token(self, digest: bytes) -> tuple[PairedDevice, int | None] | None:
        """Find the device that a token belongs to, with the moment of the token's first use; not a revoked one."""
        row = self._row(
            f"""select {_COLUMNS}, t.first_used from tokens t join devices d on d.id = t.device
                where t.hash = :hash and d.revoked is null""",
            hash=digest,
        )
        device = _device(row[:_WIDTH]) if row else None
        return (device, row[_WIDTH]) if device and row else None

    def by_secret(self, device: str, digest: bytes) -> PairedDevice | None:
        """Find the device that signs in with a secret; not a revoked one."""
        return _device(
            self._row(
                f"select {_COLUMNS} from devices d where d.secret = :hash and d.id = :id and d.revoked is null",
                hash=digest,
                id=device,
            )
        )

    def by_family(self, family: str) -> PairedDevice | None:
        """Find the device of a sign-in that goes on; not a revoked one."""
        return _device(
            self._row(
                f"""select {_COLUMNS} from families f join devices d on d.id = f.device
                    where f.id = :family and d.revoked is null""",
                family=family,
            )
        )

    def all(self, user: str | None = None) -> list[PairedDevice]:
        """List the devices that are not revoked, of one user or of all, oldest first."""
        rows = self._run(
            f"""select {_COLUMNS} from devices d where d.revoked is null and (:user is null or d.user = :user)
                order by d.created, d.id""",
            user=user,
        )
        return [device for device in map(_device, rows) if device]

    def rename(self, device: str, name: str, app: str | None) -> None:
        """Take over what a device that pairs again says of itself; it is no longer revoked."""
        self._run(
            "update devices set name = :name, app = :app, revoked = null where id = :id", id=device, name=name, app=app
        )

    def describe(self, device: str, name: str, folders: tuple[str, ...]) -> None:
        """Set what its owner calls a device, and which folders it is to have."""
        self._run(
            "update devices set name = :name, folders = :folders where id = :id",
            id=device, name=name, folders=jsontext.dumps(folders),
        )  # fmt: skip

    def saw(self, device: str, now: int) -> None:
        """Note that a device was here."""
        self._run("update devices set last_seen = :now where id = :id", id=device, now=now)

    def synced(self, device: str, now: int, sent: int = 0) -> None:
        """Note a successful transfer, ``sent`` files up."""
        self._run(
            "update devices set last_sync = :now, last_seen = :now, sent = sent + :sent where id = :id",
            id=device, now=now, sent=sent,
        )  # fmt: skip

    def pulled(self, device: str, seq: int) -> None:
        """Note the journal's entry up to which a device has pulled."""
        self._run("update devices set pulled = :seq where id = :id", id=device, seq=seq)

    def revoke(self, device: str, now: int) -> None:
        """Shut a device out: its tokens, sign-ins and secret are gone, its files stay."""
        self._run("update devices set revoked = :now, secret = null where id = :id", id=device, now=now)
        self._run("delete from tokens where device = :id", id=device)
        self._run("delete from families where device = :id", id=device)


class Tokens(Noun):
    """Secrets of devices, as SHA-256."""

    def add(self, digest: bytes, device: str, now: int) -> None:
        """Give a device one more token."""
        self._run(
            "insert into tokens (hash, device, created) values (:hash, :device, :now)",
            hash=digest, device=device, now=now,
        )  # fmt: skip

    def first_used(self, digest: bytes) -> int | None:
        """Say when a token was first used; None: never, or there is no such token."""
        row = self._row("select first_used from tokens where hash = :hash", hash=digest)
        return row[0] if row else None

    def exists(self, digest: bytes) -> bool:
        """Say whether a token is still good."""
        return self._row("select 1 from tokens where hash = :hash", hash=digest) is not None

    def use_first(self, digest: bytes, device: str, now: int) -> None:
        """Note a token's first use, which ends the device's other tokens."""
        self._run(
            "update tokens set first_used = :now, last_used = :now where hash = :hash and first_used is null",
            hash=digest, now=now,
        )  # fmt: skip
        if self._changes():
            self._run("delete from tokens where device = :device and hash <> :hash", device=device, hash=digest)

    def used(self, digest: bytes, now: int) -> None:
        """Note a later use."""
        self._run("update tokens set last_used = :now where hash = :hash", hash=digest, now=now)

    def remove_unused(self, device: str) -> None:
        """Drop tokens that were never used, before a new one is made."""
        self._run("delete from tokens where device = :device and first_used is null", device=device)


def _device(row: tuple[Any, ...] | None) -> PairedDevice | None:
    if row is None:
        return None
    identity, kind, told, folders, rest = row[:3], DeviceType(row[3]), row[4:7], tuple(jsontext.loads(row[7])), row[8:]
    return PairedDevice(*identity, kind, *told, folders, *rest)  # type: ignore[call-arg]
