"""Drives the widget simulator of connectiq/simulator over JSON lines."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
WIDGETSIM = ROOT / "connectiq" / "simulator" / "bin" / "widgetsim.mjs"
JUNGLE = ROOT / "connectiq" / "monkey.jungle"

# Node comes with the development environment, beside its Python.
NODE = str(Path(sys.executable).with_name("node"))

REPLY_SECONDS = 60.0
CLOSE_SECONDS = 5.0
CHUNK = 1 << 16


class WidgetCrash(AssertionError):
    """The widget died of a device error or an exception that nobody caught."""


class SimulatorGap(AssertionError):
    """The widget uses something that the simulator does not model."""


class NotPossible(AssertionError):
    """The wearer cannot do that on this watch, or not on this screen."""


class SimulatorFailure(RuntimeError):
    """The simulator itself failed, or did not answer in time."""


FAILURES: dict[str, type[Exception]] = {
    "crash": WidgetCrash,
    "gap": SimulatorGap,
    "usage": NotPossible,
    "internal": SimulatorFailure,
}


class Simulator:
    """A node process that serves any number of watches; a project is read once for each device and language."""

    def __init__(self, jungle: Path | str = JUNGLE) -> None:
        command = [NODE, str(WIDGETSIM), "serve", "--jungle", str(jungle)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout
        self._output = self._process.stdout
        self._selector.register(self._output, selectors.EVENT_READ)
        self._buffer = b""
        self._requests = 0
        self._made = 0
        self.jungle = jungle
        self.watches: list[Watch] = []

    def watch(self, device: str = "fenix7", **options: Any) -> "Watch":
        """Take a watch out of its box; the options are those of Watch."""
        self._made += 1
        self.watches.append(Watch(self, f"w{self._made}", device, options))
        return self.watches[-1]

    def assert_sound(self) -> None:
        """Assert what holds after each scenario, wherever it is played, and throw the watches away."""
        while self.watches:
            with self.watches.pop() as watch:
                assert not watch.unreadable
                assert not watch.quirks

    def ask(self, what: str, watch: str, **details: Any) -> tuple[Any, dict[str, Any]]:
        """Send a request; give its value and the watch's state, or raise what went wrong."""
        reply = self._exchange({"do": what, "watch": watch, **details})
        if not reply["ok"]:
            error = FAILURES[reply["kind"]](reply["error"])
            error.state = reply["state"] or {}  # type: ignore[attr-defined]
            raise error
        return reply["value"], reply["state"] or {}

    def sheet(self, file: Path, watches: Iterable["Watch"], **how: Any) -> None:
        """Write the screens that these watches kept into one PNG; how: only (texts), columns, scale, cell."""
        self.ask("sheet", "", file=str(file), watches=[watch.name for watch in watches], **how)

    def coverage(self) -> dict[str, dict[str, Any]]:
        """How many lines each file of the widget has, and those that have not run on any watch so far."""
        coverage, _ = self.ask("coverage", "")
        return dict(coverage)

    def _exchange(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._requests += 1
        line = json.dumps({"id": self._requests, **request}).encode() + b"\n"
        assert self._process.stdin
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise SimulatorFailure("the simulator has ended") from error
        reply: dict[str, Any] = json.loads(self._line(REPLY_SECONDS))
        if reply["id"] != self._requests:
            self.close()
            raise SimulatorFailure(f"reply {reply['id']} to request {self._requests}")
        return reply

    def _line(self, seconds: float) -> bytes:
        end = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if not self._selector.select(max(0.0, end - time.monotonic())):
                self._process.kill()
                raise SimulatorFailure(f"no reply within {seconds:g} s")
            chunk = os.read(self._output.fileno(), CHUNK)
            if not chunk:
                raise SimulatorFailure("the simulator has ended")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def close(self) -> None:
        """End the process, if it still runs."""
        self._selector.close()
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Watch:
    """A watch with the widget on it; `state` is what was to be seen after the last call, `unreadable` every text that
    was cut off by the screen's edge or lay over another after any call.

    Options: language, now, zoneOffset, policy, settings, storage, health, storageLimits, profile, strictQuirks,
    battery, uniqueIdentifier (see src/device/watch.mjs); another one is refused.
    """

    def __init__(self, simulator: Simulator, name: str, device: str, options: Mapping[str, Any]) -> None:
        self.simulator = simulator
        self.name = name
        self.device = device
        self.state: dict[str, Any] = {}
        self.unreadable: set[str] = set()
        self._do("new", device=device, **options)

    def _do(self, what: str, **details: Any) -> Any:
        try:
            value, self.state = self.simulator.ask(what, self.name, **details)
        except (WidgetCrash, SimulatorGap, NotPossible) as error:
            self.state = error.state  # type: ignore[union-attr]
            raise
        self.unreadable.update(self.state.get("clipped", []), map(str, self.state.get("overlapping", [])))
        return value

    def forget(self) -> None:
        """Throw the watch away."""
        self.simulator.ask("forget", self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, SimulatorFailure):
            self.forget()

    # Starting and leaving

    def launch(self) -> Self:
        """Open the app."""
        self._do("launch")
        return self

    def glance(self) -> Self:
        """Show the glance."""
        self._do("glance")
        return self

    def leave(self) -> None:
        """Go elsewhere: app and glance are stopped in good order."""
        self._do("leave")

    def kill(self) -> None:
        """Let app and glance die on the spot."""
        self._do("kill")

    # What the wearer does

    def press(self, *keys: str) -> Self:
        """Press buttons: select, back, menu, up, down."""
        for key in keys:
            self._do("press", key=key)
        return self

    def tap(self, x: float, y: float) -> Self:
        """Tap the touch screen."""
        self._do("tap", x=x, y=y)
        return self

    def swipe(self, direction: str) -> Self:
        """Swipe up, down, left or right."""
        self._do("swipe", direction=direction)
        return self

    def choose(self, label: str) -> Self:
        """Choose a menu item by its label."""
        self._do("choose", label=label)
        return self

    def change_settings(self, **settings: str) -> Self:
        """Change settings on the phone."""
        self._do("settings", settings=settings)
        return self

    # Time

    def advance(self, seconds: float) -> Self:
        """Let virtual time pass; timers and background events fire in their order."""
        self._do("advance", seconds=seconds)
        return self

    def settle(self) -> Self:
        """Wait for the answers to all requests."""
        self._do("settle")
        return self

    def set_clock(self, now: int, **zone: int) -> Self:
        """Set another time of day, in Unix seconds, and perhaps the zone: zoneOffset, in seconds east of UTC."""
        self._do("setClock", now=now, **zone)
        return self

    def temporal_event(self) -> dict[str, Any]:
        """Fire the temporal background event now; gives a report of the background process."""
        report: dict[str, Any] = self._do("temporalEvent")
        return report

    def complete_activity(self, *, sub_sport: int = 0, **activity: Any) -> dict[str, Any] | None:
        """Save an activity (start, duration, distance, type); the background process hears of it if it has asked to."""
        report: dict[str, Any] | None = self._do("completeActivity", activity=activity, subSport=sub_sport)
        return report

    # What surrounds the watch

    def policy(self, **changes: Any) -> Self:
        """Change what the phone does to requests (src/http/policy.mjs)."""
        self._do("policy", changes=changes)
        return self

    def health(self, **changes: Any) -> Self:
        """Change what the watch knows of its wearer (src/device/health.mjs)."""
        self._do("health", changes=changes)
        return self

    def store(self, key: Any, value: Any) -> Self:
        """Write into the app's Storage."""
        self._do("store", key=key, value=value)
        return self

    def add_content(self, file: Path, *, owned: bool = True) -> list[dict[str, Any]]:
        """Put a FIT or GPX file on the watch, as the app's or as somebody else's."""
        added: list[dict[str, Any]] = self._do(
            "addContent", format=file.suffix[1:].lower(), file=str(file), owned=owned
        )
        return added

    # What a test asks

    def _ask(self, what: str) -> Any:
        return self._do(what)

    @property
    def texts(self) -> list[str]:
        """The texts on the screen."""
        texts: list[str] = self.state["texts"]
        return texts

    @property
    def menu(self) -> list[str] | None:
        """The labels of the menu on the screen, or None."""
        menu = self.state["menu"]
        return [item["label"] for item in menu["items"]] if menu else None

    @property
    def requests(self) -> list[dict[str, Any]]:
        """All requests so far: process, url, method, headers, body, status, code, bytes, at."""
        requests: list[dict[str, Any]] = self._ask("requests")
        return requests

    @property
    def storage(self) -> dict[str, Any]:
        """What the app has stored."""
        storage: dict[str, Any] = self._ask("storage")
        return storage

    @property
    def properties(self) -> dict[str, Any]:
        """The app's settings."""
        properties: dict[str, Any] = self._ask("properties")
        return properties

    @property
    def content(self) -> list[dict[str, Any]]:
        """Courses, workouts and the like on the watch."""
        content: list[dict[str, Any]] = self._ask("content")
        return content

    @property
    def background(self) -> dict[str, Any]:
        """Registered background events: temporal, due, last, activities."""
        background: dict[str, Any] = self._ask("background")
        return background

    @property
    def effects(self) -> list[dict[str, Any]]:
        """Vibrations and apps that were opened."""
        effects: list[dict[str, Any]] = self._ask("effects")
        return effects

    @property
    def processes(self) -> dict[str, Any]:
        """Reports of app, glance and the last background process: ended, printed, quirks, memory."""
        processes: dict[str, Any] = self._ask("processes")
        return processes

    @property
    def quirks(self) -> list[dict[str, Any]]:
        """What ran on this watch, in any process, although other watches may understand it otherwise."""
        quirks: list[dict[str, Any]] = self._ask("quirks")
        return quirks

    # Pictures

    def picture(self, file: Path, **how: Any) -> None:
        """Write a picture of the screen; how: bezel, format ('png' or 'svg'), scale."""
        self._do("picture", file=str(file), **how)

    def shot(self, text: str) -> Self:
        """Keep the screen for a sheet."""
        self._do("shot", text=text)
        return self
