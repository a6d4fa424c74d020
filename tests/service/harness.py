"""All services on one folder, with a clock of the test's own."""

import io
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from gateway.auth.jwt import FILE, TokenKey
from gateway.auth.passwords import Passwords
from gateway.contents import FileContents
from gateway.http.watch.files import page
from gateway.model import Access, DeviceType, Stored, User
from gateway.sealing import Keyring
from gateway.service.access import Accesses, by_command
from gateway.service.accounts import Accounts
from gateway.service.activities import Activities
from gateway.service.checking import Checker
from gateway.service.cleanup import Cleanup
from gateway.service.conflicts import Conflicts
from gateway.service.conversions import Conversions
from gateway.service.converter import Converter
from gateway.service.deliveries import Deliveries, Listing
from gateway.service.devices import Caller, Devices
from gateway.service.files import Files
from gateway.service.housekeeping import Housekeeping
from gateway.service.incoming import Incoming
from gateway.service.intake import Intake
from gateway.service.keys import Keys
from gateway.service.pairing import Pairings
from gateway.service.push import Pushes
from gateway.service.records import Records
from gateway.service.refused import RefusedFiles
from gateway.service.rejections import Rejections
from gateway.service.retention import policy
from gateway.service.revising import Revising
from gateway.service.signin import Registered, SignIn
from gateway.service.sync import Sync
from gateway.service.tracks import Tracks
from gateway.service.tree import Tree
from gateway.service.uploads import Part, Receipt, Uploads
from gateway.store import Store
from tests.keys import KEYRING

NOW = 1_790_000_000
CAP = 102_400


class Services:
    """All services on one folder with one clock, ``now``."""

    def __init__(self, folder: Path, keyring: Keyring = KEYRING) -> None:
        self.now = NOW
        self.folder = folder
        self.store = Store(folder, keyring).open()
        self.contents = contents = FileContents(folder / "contents", keyring)
        self.token_key = TokenKey(folder / FILE)
        self.accounts = Accounts(self.store, Passwords(), self.clock)
        self.accesses = Accesses(self.store, self.token_key, self.clock)
        self.signin = SignIn(self.store, self.accounts, self.token_key, self.clock, signup=True)
        self.keys = Keys(self.store, self.clock)
        self.pairings = Pairings(self.store, self.clock)
        self.devices = Devices(self.store, self.clock)
        self.deliveries = Deliveries(self.store, contents, CAP, self.clock)
        self.uploads = Uploads(self.store, CAP, self.clock)
        self.tracks = Tracks(self.store, contents, self.clock)
        self.housekeeping = Housekeeping(self.store, self.tracks, self.clock)
        self.conversions = Conversions(self.store, contents, Converter(), self.clock)
        self.tree = Tree(self.store, contents, self.conversions, CAP, self.clock)
        self.records = Records(self.store, self.clock)
        self.refused = RefusedFiles(self.store, CAP, self.clock)
        self.rejections = Rejections(self.store, contents, Checker(Converter()), self.clock)
        self.cleanup = Cleanup(self.store, contents, policy(10, 30, (), 30), self.clock)
        self.intake = Intake(self.store, Checker(Converter()), self.clock)
        self.files = Files(self.store, contents)
        self.revising = Revising(self.store, contents, self.clock)
        self.conflicts = Conflicts(self.store, self.clock)
        self.sync = Sync(self.store, self.deliveries, self.clock)
        self.pushes = Pushes(self.store, self.contents, self.clock)
        self.activities = Activities(self.store, self.clock)
        self.owner = self.write(self.accounts.ensure_owner())

    def clock(self) -> int:
        return self.now

    def write(self, write: Any) -> Any:
        return self.store.write(write).result()

    def incoming(self) -> Incoming:
        return Incoming(self.contents, 1 << 30)

    def keep_house(self) -> None:
        for chore in self.housekeeping.chores():
            self.write(chore())

    def pair(self, ident: str = "watch", user: User | None = None) -> Caller:
        started = self.write(self.pairings.start(DeviceType.GARMIN, ident, ident, None, "127.0.0.1"))
        self.write(self.pairings.confirm(user or self.owner, started.code))
        ready = self.pairings.poll(started.id)
        assert ready is not None
        return self.call(ready.token)

    def call(self, token: str) -> Caller:
        caller = self.devices.authenticate(token)
        if caller.news:
            self.write(self.devices.greet(caller))
        return caller

    def register(self, email: str = "ana@example.com", name: str = "laptop", kind: str = "linux") -> Registered:
        """A device of the user with this e-mail, who signs up where there is none."""
        registered = self.write(self.signin.register(email, "correct horse", name, kind))
        assert isinstance(registered, Registered)
        return registered

    def access(self, credential: str, project: str | None = None) -> Access:
        """Who calls with an access token or a key."""
        return self.accesses.authenticate(credential, project).access

    def add(self, name: str, folder: str = "/routes", data: bytes | None = None) -> Stored:
        return self.tree.add(self.owner, io.BytesIO(data or b'{"n":"%b"}' % name.encode()), name, folder)

    def upload(self, caller: Caller, name: str, data: bytes, nonce: str | None = None) -> Receipt:
        outcome = self.write(self.uploads.whole(caller, name, data, nonce))
        assert isinstance(outcome, Receipt)
        return outcome

    def part(self, caller: Caller, nonce: str, data: bytes, start: int, end: int) -> Any:
        return self.write(self.uploads.part(caller, Part(nonce, start, data[start:end], f"{nonce}.fit", len(data))))

    def page(
        self, caller: Caller, cursor: tuple[int, str] | None, limit: int = 512
    ) -> tuple[list[dict[str, Any]], tuple[int, str] | None]:
        """One page as it goes over the wire: its entries and the cursor for the next."""
        entries = self.deliveries.newest(caller.device, Listing(limit // 60 + 1, cursor)).files
        told = orjson.loads(page(entries, limit))
        if "next" not in told:
            return told["files"], None
        time, _, key = told["next"].partition(".")
        return told["files"], (int(time), key)

    def listed(self, caller: Caller) -> list[str]:
        names, cursor = [], None
        while True:
            files, cursor = self.page(caller, cursor)
            names += [file["n"] for file in files]
            if cursor is None:
                return names

    def content(self, path: str) -> bytes:
        """What a file of the owner's holds."""
        with closing(self.files.open(by_command(self.owner), None, path)) as opened:
            return opened.source.read() if opened.source else opened.data or b""

    def read(self, caller: Caller, key: str) -> bytes:
        offer = self.deliveries.find(caller.device, key)
        data = self.deliveries.read(offer, 0, offer.file.size)
        assert zlib.crc32(data) == offer.crc32
        return data
