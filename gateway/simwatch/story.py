"""The demo's story: a watch pairs, sends a file over a bad link, fetches a route; each step checked and told.

Every step goes the way its user would go: the watch over HTTP through a phone and a link that drops, the owner and the
operator by ``wristgate`` commands.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from gateway.simwatch import Fault, Habits, Link, Options, PairingOffer, Phone, Refused, Watch
from gateway.simwatch.brokensending import BrokenSending
from gateway.simwatch.sample import ROUTE_FILE
from gateway.wording import clock, rows, size

_RATE = 600  # bytes a second, the middle of what phones reach
_TRIES = 6
_WATCHABLE = 2  # seconds; shorter pauses between attempts are only counted

Command = Callable[..., bytes]


class StepFailed(Exception):
    """A step did not hold; the text says which fact is wrong."""


class Story:
    """The steps, one method each; ``title`` is the one that is under way."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.title = "Start the gateway"
        self.route = ""
        self.link = Link(rate=_RATE)
        self.phone = Phone(self.link, Habits(response_cap=8192))
        self.storage: dict[str, Any] = {}
        self.device = secrets.token_hex(10)
        self.base = ""
        self.run: Command | None = None
        self.dropped: Callable[[], object] = lambda: None

    def all_steps(self, base: str, run: Command | None, file: Path) -> None:
        """Play everything against the gateway at ``base``; without commands (``run``) what a watch alone can do."""
        self.base, self.run = base.rstrip("/"), run
        content = file.read_bytes()
        self.console.print(f"[bold]Wristgate demo[/]  a simulated watch and the gateway at {base}")
        self.reach()
        with self.step("Pair the watch"):
            self.pair()
        if run:
            with self.step("Put a route where the watch looks for it"):
                run("add", str(ROUTE_FILE), "--to", "/routes")
                self.held(f"wristgate add {ROUTE_FILE.name} --to /routes")
                self.route = self.entry("sha256", sha256(ROUTE_FILE.read_bytes()).hexdigest())["id"]
        with self.step(f"Send {file.name}, {size(len(content))}, over a link that drops"):
            answer = self.send(file.name, content)
        with self.step("Read it back"):
            entry = self.read_back(answer, content)
        with self.step("Fetch a route"):
            self.fetch_route()
        if entry.get("summary"):
            self.show_summary(entry)
        self.console.print(f"\nIn all {len(self.link.drops)} drops, {self.cost(self.link.requests, self.link.bytes)}")

    def reach(self) -> None:
        """Make sure that a gateway is there, for a watch alone would try for minutes."""
        self.title = f"Reach the gateway at {self.base}"
        answer = Phone(habits=Habits(timeout=10)).make_web_request(f"{self.base}/health", None, Options())
        _must(answer.data == {"status": "ok"}, f"nothing healthy answers there (code {answer.code})")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step: its title before, what it cost on the link after."""
        self.title = title
        self.console.print(f"\n[bold]{escape(title)}[/]")
        carried, requests = self.link.bytes, self.link.requests
        yield
        carried, requests = self.link.bytes - carried, self.link.requests - requests
        if requests:
            self.console.print(f"    [dim]{self.cost(requests, carried)}[/]")

    def cost(self, requests: int, carried: int) -> str:
        """Tell what crossed the link, and how long that takes on a real one."""
        return f"{requests} requests, {size(carried)} on the wire, {clock(carried / _RATE)} on a link of {_RATE} B/s"

    def held(self, fact: str) -> None:
        """Tick off one fact."""
        self.console.print(f"  [green]✓[/] {escape(fact)}", soft_wrap=True)

    def watch(self) -> Watch:
        """Start the app on the watch, with what its Storage kept."""
        return Watch(
            self.base, self.phone, self.storage, name="Demo watch", device=self.device, sleep=self.pause, tries=_TRIES
        )

    def pause(self, seconds: float) -> None:
        """Between attempts and polls; the radio's own second is not lived through."""
        self.link.rest(seconds)
        self.dropped()
        time.sleep(seconds if seconds >= _WATCHABLE else 0.05)

    def pair(self) -> None:
        """Let the watch show a code, the owner confirm it and the watch get its token."""
        self.watch().pair(self.confirm)
        status = self.watch().status()
        self.held(f"the watch has its token; {status['pending']} files wait for it")

    def confirm(self, offer: PairingOffer) -> None:
        """Do the owner's part: by command on this machine, by hand on another."""
        code = f"{offer.code[:4]}-{offer.code[4:]}"
        self.console.print(Panel.fit(f"[bold]{'  '.join(code)}[/]", title="on the watch", padding=(1, 4)))
        if self.run:
            self.run("pair", code)
            self.held(f"wristgate pair {code}")
        else:
            self.console.print(
                f"  Open {offer.url}, sign in and confirm this code; the watch is asking ...", soft_wrap=True
            )

    def send(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload in parts through three drops; the repeated last part must be answered as the first time."""
        with Progress(console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            task = bar.add_task("sending", total=len(content))
            told = partial(bar.update, task)
            sending = BrokenSending(content, self.link, self.watch, self.drop, lambda sent: told(completed=sent))
            self.dropped = sending.dropped
            try:
                answer = sending.send(name)
            except Refused as refusal:
                raise StepFailed(f"the gateway refused it: {refusal}") from refusal
            finally:
                self.dropped = lambda: None
        lost = self.phone.lost[-1].data if self.phone.lost else None
        _must(lost == answer, f"the repeated last part was answered {answer!r}, the first time {lost!r}")
        self.held("the last part, sent twice, was answered alike")
        _must(answer["s"] == len(content), f"the gateway has {answer['s']} of {len(content)} bytes")
        known = "known already" if answer["dup"] else "checked and stored"
        facts = f"{answer['y'].upper()}, id {answer['id']}, version {answer['v']}"
        self.held(f"{sending.parts} part{'s' * (sending.parts != 1)}, {known}: {facts}")
        return answer

    def read_back(self, answer: dict[str, Any], content: bytes) -> dict[str, Any]:
        """Compare the stored bytes with the sent ones, by command or, on another machine, by the watch itself."""
        if not self.run:
            _, stored = self.watch().download(answer["id"])
            _must(stored == content, "the watch got other bytes back than it sent")
            self.held(f"the watch fetched its own file: the same {len(content):,} bytes")
            return {}
        entry = self.entry("id", answer["id"])
        stored = self.run("get", entry["path"])
        _must(stored == content, f"{entry['path']} has other bytes than were sent")
        self.held(f"wristgate get {entry['path']}: the same {len(content):,} bytes")
        return entry

    def entry(self, key: str, value: str) -> dict[str, Any]:
        """Find what ``wristgate list --json`` says of the file with this id or checksum."""
        assert self.run is not None
        entries: list[dict[str, Any]] = orjson.loads(self.run("list", "/", "--json"))
        found = next((entry for entry in entries if entry[key] == value), None)
        if found is None:
            raise StepFailed(f"wristgate list shows no file with {key} {value}")
        return found

    def fetch_route(self) -> None:
        """List what waits, fetch one route through a drop, acknowledge it."""
        watch = self.watch()
        waiting = list(watch.files())
        self.held(f"{len(waiting)} waiting: {', '.join(file['n'] for file in waiting[:3]) or 'nothing'}")
        if not waiting and not self.run:
            self.console.print("  - put a GPX into /routes to see the watch fetch it")
            return
        route = next((file for file in waiting if file["id"] == self.route or not self.run), None)
        if route is None:
            raise StepFailed("the route that was added is not offered to the watch")
        self.link.inject(None, Fault.AFTER)
        drops, parts = len(self.link.drops), []
        self.dropped = lambda: self.drop("a part of the answer was lost; asked for it again")
        got, content = watch.download(route["id"], lambda have, _: parts.append(have))
        self.dropped = lambda: None
        _must(len(content) == route["s"], f"{len(content)} bytes came, the list said {route['s']}")
        _must(len(self.link.drops) > drops, "the link did not drop")
        if self.run:
            _must(content == ROUTE_FILE.read_bytes(), "the route's bytes are not those that were added")
        self.held(f"{route['n']} in {len(parts)} parts, {size(len(content))}, CRC-32 {got['crc']} is right")
        left = watch.acknowledge([got])
        _must(left == len(waiting) - 1, f"after acknowledging {left} files wait, expected {len(waiting) - 1}")
        _must(watch.status()["pending"] == left, "the status counts other files as waiting than the acknowledgement")
        self.held(f"acknowledged; {left} waiting now")

    def drop(self, sentence: str) -> None:
        """Tell of one drop."""
        self.console.print(f"  [yellow]↯[/] {escape(sentence)}", soft_wrap=True)

    def fail(self, failure: Exception, advice: str) -> None:
        """Say which step failed, why, and what to do."""
        self.console.print(f"  [bold red]✗[/] {escape(str(failure))}", soft_wrap=True)
        self.console.print(f"\n[bold]The demo stopped at “{escape(self.title)}”.[/] {escape(advice)}", soft_wrap=True)

    def end(self, *, stays: bool) -> None:
        """Say that all went well, and what a gateway that goes on running keeps of it."""
        self.console.print("\n[bold green]Every step held.[/]")
        if stays:
            self.console.print("The files and the device “Demo watch” stay there: wristgate devices, wristgate list")

    def show_summary(self, entry: dict[str, Any]) -> None:
        """Show the gateway's own summary of the file as a table."""
        table = Table(show_header=False)
        for label, value in rows(entry["summary"]):
            table.add_row(f"[dim]{label}[/]", escape(value))
        self.console.print(f"\n[bold]{escape(entry['path'])}[/], as the gateway read it", soft_wrap=True)
        self.console.print(table)


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise StepFailed(otherwise)
