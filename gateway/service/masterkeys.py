"""The master keys of a gateway: which there are, what needs them, a new one, and those that nothing needs any more."""

from dataclasses import dataclass

from gateway.errors import BadRequest
from gateway.sealing import Keyring, MasterKey
from gateway.store import Store


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key by its id, in hexadecimal, with what is sealed with it: contents, their bytes, and backups.

    ``current``: it seals; ``present``: the gateway has it; ``used``: contents, or what is made from them, name it.
    """

    id: str
    current: bool
    present: bool
    used: bool
    contents: int
    size: int
    backups: tuple[str, ...]

    @property
    def needed(self) -> bool:
        """Say whether something cannot be read without it."""
        return self.current or self.used or bool(self.backups)


class MasterKeys:
    """Keys in a file can be changed while the gateway runs; those of a setting cannot."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    def uses(self) -> tuple[list[KeyUse], int]:
        """Give all keys, the newest first, and how many contents are sealed with none yet."""
        with self._store.read() as transaction:
            counts = {key: (contents, size) for key, contents, size in transaction.sealed.counts()}
            named = transaction.sealed.keys()
            backups = transaction.backups.by_key()
        known = [key.id for key in self._keyring.all()]
        rows = []
        for key in [*known, *sorted((named | backups.keys()) - set(known))]:
            count = counts.get(key, (0, 0))
            rows.append(KeyUse(key.hex(), key == known[0], key in known, key in named, *count, backups.get(key, ())))
        return rows, counts.get(None, (0, 0))[0]

    def rotate(self) -> MasterKey:
        """Make a key with which all processes seal from now on; raises ``BadRequest`` for keys of a setting."""
        self._must_be_a_file()
        key = MasterKey.new()
        self._keyring.add(key)
        return key

    def prune(self) -> list[str]:
        """Forget the keys that nothing needs any more, known backups included; gives their ids.

        Nobody writes meanwhile: what is still on its way in with a key that goes is refused, and sent again.
        """
        self._must_be_a_file()

        def write(_transaction: object) -> list[str]:
            rows, _ = self.uses()
            gone = [row.id for row in rows if row.present and not row.needed]
            if gone:
                self._keyring.drop(map(bytes.fromhex, gone))
            return gone

        return self._store.write(write).result()

    def _must_be_a_file(self) -> None:
        if self._keyring.path is None:
            raise BadRequest(
                "the keys are those of SYNC_MASTER_KEY: put a new one before them, start the gateway anew, "
                "then wristgate masterkey reseal"
            )
