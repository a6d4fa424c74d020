"""Any number of clients, offline and back in any order: they agree in the end, and nothing is lost on the way."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.errors import GatewayError
from gateway.service.conflicts import KEEP
from tests.samples import fit
from tests.sync.replica import Fate, Replica
from tests.sync.world import FOLDER, SCALE, World

ANYWHERE = ("/documents/a", "/documents/b", "/documents/A", "/documents/a/x", "/documents/c/x", "/top", "/photos/trip")
FIRST = (*(f"{FOLDER}/{name}" for name in ("a.txt", "b.txt", "c")), "/documents/a", "/documents/b", "/top")
LIMITED = (f"{FOLDER}/a.txt", f"{FOLDER}/b.txt", f"{FOLDER}/c", f"{FOLDER}/deep/a", f"{FOLDER}/Deep/b")

clients = st.integers(0, 2)
contents = st.integers(0, 9).map(lambda n: b"content %d" % n)
fates = st.lists(st.sampled_from([*Fate, Fate.ARRIVES, Fate.ARRIVES]), max_size=4)
pages = st.integers(1, 4)
number = st.integers(0, 99)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("write"), number, contents),
        st.tuples(st.just("change"), number, contents),
        st.tuples(st.just("delete"), number, st.none()),
        st.tuples(st.just("move"), number, number),
        st.tuples(st.just("rotate"), number, st.integers(2, 4)),
    ),
    min_size=1,
    max_size=4,
)


class Clients(RuleBasedStateMachine):
    """Two devices, a script that sees one folder, a watch, and the owner who settles and restores."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.clients = [Replica(self.world, access) for access in self.world.cast.clients]
        self.sent = 0
        for n, path in enumerate(FIRST):
            self.clients[0].put(path, b"first %d" % n)
        for client in self.clients:
            client.sync()

    @rule(who=clients, edits=edits, fates=st.none() | fates, parts=st.integers(1, 3), page=pages)
    def works(self, who: int, edits: list[Any], fates: list[Fate] | None, parts: int, page: int) -> None:
        """Edit some files, and sync with more or less luck, or not yet."""
        for edit in edits:
            self._edit(self.clients[who], *edit)
        if fates is not None:
            self.clients[who].sync(fates, parts=parts, page=page)

    @staticmethod
    def _edit(client: Replica, what: str, number: int, more: Any) -> None:
        names = LIMITED if client.access.folder else ANYWHERE + LIMITED
        mine = sorted(client.mine)
        if what == "write":
            client.put(names[number % len(names)], more)
        elif not mine:
            return
        elif what == "change":
            client.put(mine[number % len(mine)], more)
        elif what == "delete":
            client.delete(mine[number % len(mine)])
        elif what == "move":
            client.move(mine[number % len(mine)], names[more % len(names)])
        else:
            client.rotate(*(mine * 2)[number % len(mine) :][: min(more, len(mine))])

    @rule(who=clients, fates=fates, parts=st.integers(1, 3), page=pages)
    def sync(self, who: int, fates: list[Fate], parts: int, page: int) -> None:
        self.clients[who].sync(fates, parts=parts, page=page)

    @rule(who=clients, page=pages, count=st.integers(1, 3))
    def pull_some(self, who: int, page: int, count: int) -> None:
        self.clients[who].pull(page, count)

    @rule(who=clients)
    def arrives_late(self, who: int) -> None:
        if self.clients[who].late:
            _try(self.clients[who].late.pop(0))

    @rule(number=number)
    def repeat(self, number: int) -> None:
        """Send something again that was answered before."""
        known = list(self.world.answers)
        if known:
            token, nonce = known[number % len(known)]
            (access,) = (access for access in self.world.cast.clients if access.token == token)
            self.world.push(access, [self.world.answers[token, nonce][0]])

    @rule(again=st.booleans())
    def watch_sends(self, again: bool) -> None:
        self.sent += 1
        self.world.send("run.fit" if again else f"run{self.sent}.fit", fit(), f"w{self.sent}")

    @rule(number=number, keep=st.sampled_from(KEEP))
    def settle(self, number: int, keep: str) -> None:
        services, owner = self.world.services, self.world.cast.owner
        if conflicts := sorted(services.conflicts.all(owner, 100), key=lambda each: each.copy.path):
            chosen = conflicts[number % len(conflicts)]
            services.write(services.conflicts.settle(owner, chosen.conflict.id, keep))
            live = self.world.tree(owner)
            assert (chosen.copy.id in live) == (keep == "both" or (keep == "copy" and chosen.file is None))

    @rule(number=number)
    def take_back(self, number: int) -> None:
        """Take something out of the trash."""
        services, owner = self.world.services, self.world.cast.owner
        if trash := sorted(services.revising.trash(owner, 100), key=lambda each: (each.file.path, each.file.version)):
            back = services.write(services.revising.revive(owner, trash[number % len(trash)].file.id))
            assert back.id in self.world.tree(owner)

    @rule(which=number, version=st.integers(1, 3))
    def go_back(self, which: int, version: int) -> None:
        """Make an earlier version the newest."""
        services, owner = self.world.services, self.world.cast.owner
        if tree := sorted(self.world.tree(owner).items(), key=lambda each: each[1].path):
            file = tree[which % len(tree)][0]
            _try(lambda: services.write(services.revising.restore(owner, file, version)))

    @rule(seconds=st.integers(1, 3600))
    def later(self, seconds: int) -> None:
        self.world.later(seconds)

    @invariant()
    def all_holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            for client in self.clients * 2:
                assert client.sync()
            for client in self.clients:
                assert {path: mine.file for path, mine in client.mine.items()} == {
                    known.path: file for file, known in self.world.tree(client.access).items()
                }
            self.world.check()
        finally:
            self.world.close()


class RestoredClients(Clients):
    """The same with a database that is put back to an earlier copy now and then."""

    @rule()
    def back_up(self) -> None:
        self.world.back_up()

    @precondition(lambda self: self.world._memory is not None)
    @rule(epoch=st.booleans())
    def put_back(self, epoch: bool) -> None:
        self.world.put_back(epoch=epoch)


def _try(request: Any) -> None:
    with suppress(GatewayError):
        request()


def _some(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples * SCALE, stateful_step_count=steps, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


TestClients = Clients.TestCase
TestClients.settings = _some(25, 40)
TestRestoredClients = RestoredClients.TestCase
TestRestoredClients.settings = _some(15, 40)
