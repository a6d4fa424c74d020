"""Who sends: devices and keys, by one kind of id."""

from dataclasses import dataclass

from gateway.store.noun import Noun


@dataclass(frozen=True, slots=True)
class Sender:
    """A device or key, a revoked one too. ``type`` is that of a device, or ``key``; ``user`` is an id."""

    id: str
    name: str
    type: str
    user: str
    revoked: bool


class Senders(Noun):
    """Devices and keys of all users."""

    def all(self) -> list[Sender]:
        """List them, oldest first."""
        rows = self._run(
            """select id, name, type, user, revoked, created from devices
               union all select id, name, 'key', user, revoked, created from keys order by created, id"""
        )
        return [Sender(row[0], row[1], row[2], row[3], revoked=row[4] is not None) for row in rows]
