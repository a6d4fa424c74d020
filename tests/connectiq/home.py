"""A gateway of one's own with an owner, and watches that belong to it: what the scenarios play in."""

import itertools
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from gateway.sealing import Keyring, unsealed
from gateway.simwatch.localgateway import LocalGateway
from tests.connectiq.simulator import Simulator, Watch

ADDRESS = "https://gateway.test"
SETTINGS = {"SYNC_RATE_AUTH": "0", "SYNC_RATE_POLL": "0", "SYNC_RATE_DEVICE": "0", "SYNC_BASE_URL": ADDRESS}

_numbers = itertools.count(1)


def whole() -> int:
    """Give the moment when the last five minutes ended: facts that end there give a later sync nothing new."""
    return int(time.time()) // 300 * 300


def a_day(now: int) -> dict[str, Any]:
    """What a watch knows after a day: two activities, yesterday and today, four hours of two sensors."""
    midnight = now - now % 86400
    return {
        "activities": [
            {"start": now - 7200, "duration": 1800, "distance": 5000, "type": 1},
            {"start": now - 90_000, "duration": 3600, "distance": 20_000, "type": 2},
        ],
        "days": [{"start": midnight - 86400, "steps": 9000, "distance": 7000, "calories": 2200, "floorsClimbed": 4}],
        "today": {"start": midnight, "steps": 1200, "distance": 900, "calories": 400, "floorsClimbed": 1},
        "series": {
            "HeartRate": [[now - 14_400 + 60 * minute, 60 + minute % 40] for minute in range(240)],
            "BodyBattery": [[now - 14_400 + 180 * step, 80 - step // 4] for step in range(80)],
        },
    }


def a_route(name: str, points: int = 40, north: float = 0.0) -> bytes:
    """Make a GPX route of which the watch will say ``name``."""
    places = "".join(f'<trkpt lat="{47 + north + n / 5000:.5f}" lon="{15 + n * n / 1e6:.6f}"/>' for n in range(points))
    head = '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
    return f"{head}<trk><name>{name}</name><trkseg>{places}</trkseg></trk></gpx>".encode()


def code(watch: Watch) -> str:
    """Give the pairing code as the watch shows it, ``"K7QM 2PXD"``."""
    (shown,) = (text for text in watch.texts if re.fullmatch(r"[A-Z0-9]{4} [A-Z0-9]{4}", text))
    return shown


@dataclass(slots=True)
class Home:
    """Watches reach the gateway under ADDRESS, which their phone leads to it."""

    gateway: LocalGateway
    simulator: Simulator
    folder: Path

    def watch(self, device: str = "fenix7", **options: Any) -> Watch:
        """Give a watch that has the widget and the gateway's address, and is not paired."""
        policy = {"rewrite": {ADDRESS: self.gateway.url}, **options.pop("policy", {})}
        settings = {"gateway": ADDRESS, **options.pop("settings", {})}
        now = options.pop("now", int(time.time()))
        ident = options.pop("uniqueIdentifier", f"watch-{next(_numbers)}")
        return self.simulator.watch(
            device, policy=policy, settings=settings, now=now, uniqueIdentifier=ident, **options
        )

    def paired(self, device: str = "fenix7", **options: Any) -> Watch:
        """Give a watch that its owner has paired, as the wearer sees it done; its first sync is over."""
        watch = self.watch(device, **options).launch().press("select")
        self.confirm(watch)
        return watch.advance(60)

    def confirm(self, watch: Watch) -> None:
        """Type the code that the watch shows."""
        self.gateway.command("pair", code(watch).replace(" ", ""))

    def add(self, name: str, content: bytes, to: str) -> None:
        """Put a file into the tree."""
        file = self.folder / name
        file.write_bytes(content)
        self.gateway.command("add", str(file), "--to", to)

    def listed(self, path: str = "/") -> list[dict[str, Any]]:
        """List what the owner sees."""
        listed: list[dict[str, Any]] = json.loads(self.gateway.command("list", path, "--json"))
        return listed

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Look into the database of the gateway that runs."""
        file = Path(self.gateway.environment["SYNC_DATA_DIR"]) / "wristgate.db"
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def records(self, ident: str) -> list[tuple[str, int]]:
        """Type and time of each record that the device of that identifier sent."""
        return self.rows(
            "select type, time from records where device = (select id from devices where ident = :ident) order by 1, 2",
            ident=ident,
        )

    def acknowledged(self, ident: str) -> list[str]:
        """Paths of the files that the device has acknowledged."""
        rows = self.rows(
            """select path from files join acks on file = files.id
               where acks.device = (select id from devices where ident = :ident) order by 1""",
            ident=ident,
        )
        return [path for (path,) in rows]

    def uploads(self, ident: str) -> list[tuple[str, bytes]]:
        """Name and bytes of every version that the device sent."""
        rows = self.rows(
            """select files.name, body from versions join files on files.id = file join contents using (sha256)
               where versions.device = (select id from devices where ident = :ident) order by 1""",
            ident=ident,
        )
        keyring = Keyring.in_folder(Path(self.gateway.environment["SYNC_DATA_DIR"]))
        return [(name, unsealed(keyring, body)) for name, body in rows]


def expected_records(health: Mapping[str, Any], now: int) -> list[tuple[str, int]]:
    """Give the type and time of the records that a sync of ``a_day`` must leave, however often it was broken off."""
    midnight = now - now % 86400
    end = now - now % 300
    first = end - 86400
    steps = range(0, 86400, 7200)
    series = [
        (kind, first + step)
        for kind, name in (("bb", "BodyBattery"), ("hr", "HeartRate"))
        for step in steps
        if any(first + step <= at < first + step + 7200 and at < end for at, _ in health["series"][name])
    ]
    activities = [("act", activity["start"]) for activity in health["activities"]]
    return sorted([*activities, ("day", midnight - 86400), ("day", midnight), *series])
