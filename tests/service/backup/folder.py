"""A data folder and the backups that are made of it."""

import os
from pathlib import Path

from gateway.backups import FolderPlace
from gateway.sealing import FILE as MASTER
from gateway.sealing import Keyring
from gateway.sealing.keyfile import written
from gateway.service.backup import Made, Source, make
from gateway.service.backuplist import Forgotten, find, forget
from gateway.service.restoring import restore
from gateway.service.verifying import Verified, verify
from tests.service.harness import Services

DAY = 24 * 3600
PASSPHRASE = "six words that nobody guesses"
SMALL, LARGE = b"a small secret " * 100, b"a large secret " * 20_000


class Folder(Services):
    """A data folder with its keys in a file, and a place for its backups."""

    def __init__(self, folder: Path, place: Path) -> None:
        keyring = Keyring.in_folder(folder)
        keyring.ensure((), create=True)
        super().__init__(folder, keyring)
        self.keyring = keyring
        self.place = FolderPlace(place)

    def back_up(self, *, full: bool = False, passphrase: str | None = PASSPHRASE, **more: object) -> Made:
        source = Source(self.store, self.contents, self.keyring, self.folder, self.secrets, passphrase)
        return make(source, self.place, full=full, clock=self.clock, **more)  # type: ignore[arg-type]

    def secrets(self) -> dict[str, bytes]:
        return {MASTER: written(self.keyring.all())}

    def verify(self, name: str | None = None, passphrase: str | None = PASSPHRASE) -> Verified:
        return verify(self.place, find(self.place, name), self.folder, passphrase=passphrase)

    def forget(self) -> Forgotten:
        """Forget what is old, where all objects were written long ago."""
        for path in Path(self.place.name).rglob("*"):
            os.utime(path, (self.now - 3 * DAY, self.now - 3 * DAY))
        return forget(self.store, self.place, 30, self.now)


def restored(folder: Folder, target: Path, name: str | None = None) -> Folder:
    restore(folder.place, find(folder.place, name), target, passphrase=PASSPHRASE)
    return Folder(target, target.parent / "other")
