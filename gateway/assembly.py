"""All services over one data folder, put together from a ``Config``: what the application and the commands stand on."""

from functools import partial
from pathlib import Path

from gateway import sealing
from gateway.auth import jwt
from gateway.auth.passwords import Passwords
from gateway.backups import place_at
from gateway.config import Config
from gateway.contents import FileContents
from gateway.errors import Busy
from gateway.model import User
from gateway.sealing import Keyring
from gateway.sealing.keyfile import written
from gateway.service import backup
from gateway.service.access import Accesses
from gateway.service.accounts import Accounts
from gateway.service.activities import Activities
from gateway.service.checking import Checker
from gateway.service.cleanup import Cleanup
from gateway.service.clock import unix_time
from gateway.service.conflicts import Conflicts
from gateway.service.conversions import Conversions
from gateway.service.converter import Converter
from gateway.service.deliveries import Deliveries
from gateway.service.devices import Devices
from gateway.service.dropfolder import DropFolder
from gateway.service.dropping import Dropping, Say
from gateway.service.exports import Exports
from gateway.service.files import Files
from gateway.service.housekeeping import Housekeeping
from gateway.service.incoming import Incoming
from gateway.service.intake import Intake
from gateway.service.keys import Keys
from gateway.service.masterkeys import MasterKeys
from gateway.service.overview import BACKUP, BACKUP_ELSEWHERE, VERIFY
from gateway.service.pacing import Rest
from gateway.service.pairing import Pairings
from gateway.service.push import Pushes
from gateway.service.records import Records
from gateway.service.refused import RefusedFiles
from gateway.service.rejections import Rejections
from gateway.service.resealing import Progress, Resealing
from gateway.service.restoring import UNFINISHED
from gateway.service.retention import policy
from gateway.service.revising import Revising
from gateway.service.signin import SignIn
from gateway.service.sync import Sync
from gateway.service.taking import Taking
from gateway.service.tracks import Tracks
from gateway.service.tree import Tree
from gateway.service.uploads import Uploads
from gateway.store import Store


class Gateway:
    """All services over one data folder. ``polite``: for a command beside a running gateway."""

    def __init__(self, config: Config, *, polite: bool = False) -> None:
        self.config = config
        self.keyring = keyring(config)
        self.store = Store(config.data_dir, self.keyring, polite=polite, quota=config.quota)
        self.contents = contents = FileContents(config.data_dir / "contents", self.keyring)
        self.token_key = jwt.TokenKey(config.data_dir / jwt.FILE)
        self.accounts = Accounts(self.store, Passwords())
        self.accesses = Accesses(self.store, self.token_key)
        self.signin = SignIn(self.store, self.accounts, self.token_key, signup=config.allow_signup)
        self.keys = Keys(self.store)
        self.pairings = Pairings(self.store)
        self.devices = Devices(self.store)
        self.deliveries = Deliveries(self.store, contents, config.device_max_file)
        self.uploads = Uploads(self.store, config.device_max_file)
        self.records = Records(self.store)
        self.tracks = Tracks(self.store, contents)
        self.housekeeping = Housekeeping(self.store, self.tracks)
        self.converter = Converter()
        self.conversions = Conversions(self.store, contents, self.converter)
        self.tree = Tree(self.store, contents, self.conversions, config.device_max_file)
        self.refused = RefusedFiles(self.store, config.device_max_file)
        self.rejections = Rejections(self.store, contents, Checker(self.converter))
        kept = policy(config.keep_versions, config.keep_days, config.keep_folders, config.trash_days)
        self.cleanup = Cleanup(self.store, contents, kept)
        self.masterkeys = MasterKeys(self.store, self.keyring)
        self.intake = Intake(self.store, Checker(self.converter))
        self.files = Files(self.store, contents)
        self.revising = Revising(self.store, contents)
        self.conflicts = Conflicts(self.store)
        self.sync = Sync(self.store, self.deliveries)
        self.pushes = Pushes(self.store, contents)
        self.activities = Activities(self.store)
        self.exports = Exports(self.store, contents, self.activities, self.converter, config.data_dir)

    def incoming(self) -> Incoming:
        """Give a place for a body of any length that is allowed."""
        return Incoming(self.contents, self.config.max_file)

    def dropping(self, say: Say) -> Dropping | None:
        """Give what takes files of the drop folder in, which ``say`` hears of; None where there is no such folder."""
        if self.config.drop_dir is None:
            return None
        folder = DropFolder(self.config.drop_dir)
        taking = Taking(self.store, self.intake, self.incoming)
        return Dropping(folder, taking, partial(self.accounts.find, None), say)

    def resealing(self, rest: Rest, progress: Progress = lambda _done, _whole: None) -> Resealing:
        """Give what seals all contents with the newest key."""
        return Resealing(self.store, self.contents, rest, progress)

    def backup_source(self) -> backup.Source:
        """Give what a backup is made of."""
        config = self.config
        return backup.Source(
            self.store, self.contents, self.keyring, config.data_dir, self._secrets, config.backup_passphrase or None
        )

    def note_backup(self, place: str, told: str) -> None:
        """Note that a backup was finished now: the daily one, or one to another place."""
        daily = bool(self.config.backup_to) and place == place_at(self.config.backup_to).name
        self._finished(BACKUP if daily else BACKUP_ELSEWHERE, told)

    def note_verified(self, told: str) -> None:
        """Note that all data were read back now, and what that has shown."""
        self._finished(VERIFY, told)

    def _finished(self, chore: str, told: str) -> None:
        now = unix_time()
        self.store.write(lambda transaction: transaction.chores.finished(chore, told, now)).result()

    def _secrets(self) -> dict[str, bytes]:
        """Give the keys that go into a backup, by the names of their files."""
        return {sealing.FILE: written(self.keyring.all()), jwt.FILE: self.token_key.exported()}

    def open(self) -> User:
        """Open the data folder, creating it and its owner where they are missing; gives the owner."""
        make_folder(self.config.data_dir)
        if (self.config.data_dir / UNFINISHED).exists():
            raise Busy(f"a restore into {self.config.data_dir} was broken off: run wristgate restore again")
        self.token_key.check()
        self.store.open()
        with self.store.read() as transaction:
            sealed_with = transaction.sealed.keys()
        self.keyring.ensure(sealed_with, create=self.config.master_key_file is None)
        return self.store.write(self.accounts.ensure_owner()).result()


def keyring(config: Config) -> Keyring:
    """Give the master keys of a gateway."""
    if config.master_key:
        return Keyring(None, config.master_key, source="SYNC_MASTER_KEY")
    if config.master_key_file:
        return Keyring(config.master_key_file, source=f"SYNC_MASTER_KEY_FILE {config.master_key_file}")
    return Keyring.in_folder(config.data_dir)


def make_folder(folder: Path) -> None:
    """Make the data folder where it is missing; raises ``Busy`` that names the setting."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise Busy(f"SYNC_DATA_DIR {folder} cannot be used: it is not a folder") from None
    except OSError as error:
        raise Busy(f"SYNC_DATA_DIR {folder} cannot be used: {error.strerror}") from error
