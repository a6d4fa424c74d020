"""What a use case may do with the database, one small class a noun, all inside one transaction."""

import apsw

from gateway.store.accounts import Links, Sessions, Users
from gateway.store.answers import Answers
from gateway.store.contents import Contents
from gateway.store.conversions import Conversions
from gateway.store.deliveries import Deliveries
from gateway.store.devices import Devices, Tokens
from gateway.store.files import Files
from gateway.store.health import Health
from gateway.store.journal import Journal
from gateway.store.pairings import Pairings
from gateway.store.recordings import Recordings
from gateway.store.records import Records
from gateway.store.rejected import Rejected
from gateway.store.tracks import Tracks
from gateway.store.uploads import Uploads


class Transaction:
    """The nouns of the database on one connection; a read transaction uses their reading methods only."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.users = Users(connection)
        self.links = Links(connection)
        self.sessions = Sessions(connection)
        self.devices = Devices(connection)
        self.tokens = Tokens(connection)
        self.pairings = Pairings(connection)
        self.journal = Journal(connection)
        self.files = Files(connection)
        self.contents = Contents(connection)
        self.deliveries = Deliveries(connection)
        self.conversions = Conversions(connection)
        self.uploads = Uploads(connection)
        self.tracks = Tracks(connection)
        self.records = Records(connection)
        self.recordings = Recordings(connection)
        self.answers = Answers(connection)
        self.rejected = Rejected(connection)
        self.health = Health(connection)
