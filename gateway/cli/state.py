"""What ``wristgate status`` finds: processes, disk, database, and what of it is no good."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway import __version__
from gateway.cli.context import address, other_release
from gateway.cli.logfile import FOLDER
from gateway.cli.premises import AGENT, SERVE, Health, Sizes, disk, health, holder, listening, sizes
from gateway.wording import ago, size

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.config import Config
    from gateway.model import PairedDevice
    from gateway.service.overview import Done, Overview

LOW: Final = 500 * 1024 * 1024  # bytes free on the disk, below which it is said
LATE: Final = 3 * 24 * 3600  # seconds without a clean-up
SHOWN: Final = 10  # devices, unless all are wanted


@dataclass(slots=True)
class State:
    """All that was found; ``problems`` and ``notes`` are sentences with what to do."""

    config: "Config"
    gateway: int | None
    agent: int | None
    health: Health | None
    free: int
    sizes: Sizes
    now: int
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    overview: "Overview | None" = None
    devices: "list[tuple[PairedDevice, int]]" = field(default_factory=list)


def outside(config: "Config", database: Path) -> State:
    """Look at processes and the disk."""
    folder = config.data_dir
    gateway, agent = holder(folder / SERVE), holder(folder / AGENT)
    url = listening(folder) if gateway is not None else None
    answer = health(url) if url else None
    free, _ = disk(folder)
    state = State(config, gateway, agent, answer, free, sizes(folder, FOLDER, database.name), int(time.time()))
    if gateway is None:
        state.problems.append("the gateway does not run on these data: wristgate serve, or systemctl start wristgate")
    elif answer is None:
        state.notes.append("the gateway has not noted where it listens, so its health was not asked")
    elif not answer.well:
        state.problems.append(f"the gateway is not well: {answer.reason}")
    if gateway is not None and agent is None:
        state.problems.append("the agent does not run, so nothing is cleaned up: see wristgate logs --level warning")
    if free < LOW:
        state.notes.append(f"the disk has {size(free)} left: wristgate disk-usage, wristgate cleanup --older-than 7d")
    return state


def inside(state: State, opened: "Gateway", *, everything: bool) -> None:
    """Look at the database; without a gateway that says so, try whether it can be written."""
    from gateway.errors import GatewayError  # noqa: PLC0415
    from gateway.service.overview import ALL_WELL, overview  # noqa: PLC0415

    try:
        found, needed = opened.store.look().schema()
        if found != needed:
            state.problems.append(other_release(found, needed))
            return
        if (state.health is None or not state.health.well) and (trouble := opened.store.trouble()):
            state.problems.append(f"the database cannot be written: {trouble}")
        seen = state.overview = overview(opened.store)
        shown = seen.devices if everything else seen.devices[:SHOWN]
        state.devices = [(device, opened.deliveries.pending(device)) for device in shown]
    except GatewayError as error:
        state.problems.append(f"the database cannot be read: {error.message}")
        return
    if seen.verified and seen.verified[1] != ALL_WELL:
        state.problems.append(f"{seen.verified[1]}, as was seen {ago(state.now - seen.verified[0])}: wristgate verify")
    if state.gateway is not None and seen.cleaned and state.now - seen.cleaned[0] > LATE:
        state.notes.append(f"the last clean-up was {ago(state.now - seen.cleaned[0])}: see wristgate logs")
    if state.config.backup_to and state.now - (seen.backed_up or (state.now, ""))[0] > LATE:
        state.notes.append(f"{_last_backup(state, seen)}: see wristgate logs, or make one: wristgate backup")


def backed_up(state: State) -> "Done":
    """Say when a backup was finished last: the daily one, or where none is set up, one to any place."""
    seen = state.overview
    return (seen.backed_up if state.config.backup_to else seen.backed_up_elsewhere) if seen else None


def _last_backup(state: State, seen: "Overview") -> str:
    assert seen.backed_up is not None
    return f"the last backup was made {ago(state.now - seen.backed_up[0])}"


def told(state: State) -> dict[str, Any]:
    """Give it all as JSON."""
    seen, answer = state.overview, state.health
    return {
        "healthy": not state.problems, "problems": state.problems, "notes": state.notes, "version": __version__,
        "address": address(state.config), "gateway": state.gateway, "agent": state.agent,
        "answers_ms": answer.milliseconds if answer and answer.well else None,
        "disk": {"used": state.sizes.total, "free": state.free},
        "database": state.sizes.database, "wal": state.sizes.wal, "contents": state.sizes.contents,
        "logs": state.sizes.logs,
        "users": seen and seen.counts.users, "files": seen and seen.counts.files,
        "bytes": seen and seen.counts.bytes, "activities": seen and seen.counts.activities,
        "conflicts": seen and seen.counts.conflicts, "refused": seen and seen.counts.refused,
        "clean_up": _chore(seen.cleaned if seen else None),
        "backup": _chore(backed_up(state)),
        "verified": _chore(seen.verified if seen else None),
        "devices": [
            {
                "id": device.id, "name": device.name, "type": device.type, "last_seen": device.last_seen,
                "last_sync": device.last_sync, "pending": pending,
            }
            for device, pending in state.devices
        ],
    }  # fmt: skip


def _chore(done: "Done") -> dict[str, Any] | None:
    return {"time": done[0], "said": done[1]} if done else None
