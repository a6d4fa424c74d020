"""Devices that ask to be paired."""

from typing import Any

from gateway.model import DeviceType, Pairing
from gateway.store.noun import Noun

_COLUMNS = "code, token_hash, type, ident, name, app, address, created, expires, device"


class Pairings(Noun):
    """Requests for a pairing, by the hash of the secret id that their device polls with."""

    def add(self, digest: bytes, pairing: Pairing) -> bool:
        """Remember a request; False when its code is taken."""
        self._run(
            f"""insert into pairings (hash, {_COLUMNS})
                values (:hash, :code, :token_hash, :type, :ident, :name, :app, :address, :created, :expires, null)
                on conflict (code) do nothing""",
            hash=digest, code=pairing.code, token_hash=pairing.token_hash, type=pairing.type, ident=pairing.ident,
            name=pairing.name, app=pairing.app, address=pairing.address, created=pairing.created,
            expires=pairing.expires,
        )  # fmt: skip
        return self._changes() == 1

    def find(self, digest: bytes) -> Pairing | None:
        """Find a request by its id's hash."""
        return _pairing(self._row(f"select {_COLUMNS} from pairings where hash = :hash", hash=digest))

    def by_code(self, code: str, now: int) -> Pairing | None:
        """Find a request that still waits for its owner."""
        return _pairing(
            self._row(
                f"select {_COLUMNS} from pairings where code = :code and expires > :now and device is null",
                code=code,
                now=now,
            )
        )

    def confirm(self, code: str, device: str) -> None:
        """Tie a request to the device that it became."""
        self._run("update pairings set device = :device where code = :code", code=code, device=device)

    def expire(self, before: int) -> None:
        """Forget requests that ended before a moment."""
        self._run("delete from pairings where expires <= :before", before=before)


def _pairing(row: tuple[Any, ...] | None) -> Pairing | None:
    return Pairing(row[0], row[1], DeviceType(row[2]), *row[3:]) if row else None
