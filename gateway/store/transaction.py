"""What a use case may do with the database, one small class a noun, all inside one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from gateway.sealing import Keyring
from gateway.store.accounts import Links, Sessions, Users
from gateway.store.answers import Answers
from gateway.store.backups import Backups
from gateway.store.census import Census
from gateway.store.chores import Chores
from gateway.store.conflicts import Conflicts
from gateway.store.contents import Contents
from gateway.store.conversions import Conversions
from gateway.store.deliveries import Deliveries
from gateway.store.devices import Devices, Tokens
from gateway.store.families import Families
from gateway.store.files import Files
from gateway.store.health import Health
from gateway.store.holdings import Holdings
from gateway.store.journal import Journal
from gateway.store.keys import Keys
from gateway.store.pairings import Pairings
from gateway.store.projects import Projects
from gateway.store.recordings import Recordings
from gateway.store.records import Records
from gateway.store.rejected import Rejected
from gateway.store.retention import Retention
from gateway.store.sealed import Sealed
from gateway.store.senders import Senders
from gateway.store.tallies import Tallies
from gateway.store.tracks import Tracks
from gateway.store.traffic import Traffic
from gateway.store.uploads import Uploads
from gateway.store.usage import Usage
from gateway.store.versions import Versions
from gateway.store.workouts import Workouts


class Transaction:
    """The nouns of the database on one connection; a read transaction uses their reading methods only.

    ``quota``: bytes that a user may keep, 0: any number.
    """

    def __init__(self, connection: apsw.Connection, keyring: Keyring, quota: int = 0) -> None:
        self._connection = connection
        self.users = Users(connection)
        self.links = Links(connection)
        self.sessions = Sessions(connection)
        self.devices = Devices(connection)
        self.tokens = Tokens(connection)
        self.families = Families(connection)
        self.keys = Keys(connection)
        self.senders = Senders(connection)
        self.projects = Projects(connection)
        self.pairings = Pairings(connection)
        self.journal = Journal(connection)
        self.files = Files(connection)
        self.versions = Versions(connection)
        self.conflicts = Conflicts(connection)
        self.holdings = Holdings(connection, quota)
        self.contents = Contents(connection, keyring)
        self.deliveries = Deliveries(connection)
        self.conversions = Conversions(connection, keyring)
        self.uploads = Uploads(connection, keyring)
        self.tracks = Tracks(connection, keyring)
        self.records = Records(connection)
        self.recordings = Recordings(connection)
        self.workouts = Workouts(connection)
        self.answers = Answers(connection)
        self.rejected = Rejected(connection)
        self.retention = Retention(connection)
        self.sealed = Sealed(connection, keyring)
        self.traffic = Traffic(connection)
        self.tallies = Tallies(connection)
        self.census = Census(connection)
        self.usage = Usage(connection)
        self.chores = Chores(connection)
        self.backups = Backups(connection)
        self.health = Health(connection)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Undo what the block has written when an error leaves it, and nothing else of the transaction."""
        self._connection.execute("savepoint step")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback to step")
                self._connection.execute("release step")
            raise
        self._connection.execute("release step")
