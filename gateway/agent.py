"""The agent: what is done now and then, in a process of its own beside the one that answers requests."""

import fcntl
import logging
import os
from pathlib import Path
from typing import Final

from gateway import __version__
from gateway.assembly import Gateway
from gateway.backups import place_at
from gateway.config import Config
from gateway.dropwatch import say, watched
from gateway.errors import Busy, GatewayError, NotFound, OverQuota
from gateway.lifespan import trim
from gateway.service.backup import alone, make
from gateway.service.backuplist import forget
from gateway.service.clock import Clock, unix_time
from gateway.service.overview import BACKUP
from gateway.service.taking import Wait

ROUND: Final = 3600.0  # seconds between two rounds
DAILY: Final = 23 * 3600 + 1800  # rounds are an hour apart, and must not slip by one each day
AGAIN: Final = 60.0  # seconds until a data folder that cannot be used is looked at again
FORGETTING: Final = "old backups"
PATIENCE: Final = 1.0  # seconds between two looks at another agent's lock
BREATH: Final = 0.05  # seconds between two transactions, for whoever else wants to write

_log: Final = logging.getLogger("gateway.agent")


class Agent:
    """The chores of one open data folder. An error of one is logged and leaves the others."""

    def __init__(self, gateway: Gateway, wait: Wait, clock: Clock = unix_time) -> None:
        self._gateway = gateway
        self._wait = wait
        self._clock = clock
        self._chores = (
            ("housekeeping", self._keep_house), ("refused", self._retry_refused), ("clean-up", self._clean),
            ("sealing", self._seal), (BACKUP, self._back_up), (FORGETTING, self._forget_backups),
        )  # fmt: skip

    def work(self) -> None:
        """Do what is due now and every hour, and look after the drop folder, until it is time to end."""
        with watched(self._gateway.dropping(say), self._gateway.converter.close, trim):
            while True:
                self.round()
                trim()
                if self._wait(ROUND):
                    return

    def round(self) -> None:
        """Do all that is due."""
        for name, chore in self._chores:
            if self._wait(0):
                return
            try:
                chore()
            except Busy as error:
                _log.warning("%s: %s", name, error)
            except Exception:  # noqa: BLE001  the outermost loop of this process
                _log.exception("%s failed", name)

    def _keep_house(self) -> None:
        """Forget what is over, end what does not go on: at the start and every hour."""
        store = self._gateway.store
        for chore in self._gateway.housekeeping.chores():
            try:
                store.write(chore()).result()
            except Exception as error:  # noqa: BLE001  one that fails leaves the others
                _log.warning("housekeeping: %s", error)
            if self._wait(BREATH):
                return

    def _retry_refused(self) -> None:
        """Try refused uploads again once after each change of release."""
        if self._last("refused")[1] == __version__:
            return
        good = 0
        for write in self._gateway.rejections.retry_all():
            try:
                good += not isinstance(self._gateway.store.write(write).result(), GatewayError)
            except (NotFound, OverQuota):  # gone meanwhile, or no room: its owner can try again
                continue
            if self._wait(BREATH):
                return
        if good:
            _log.info("%d refused uploads are good for this release and are in the tree now", good)
        self._finished("refused", __version__)

    def _clean(self) -> None:
        """Remove what need not be kept, once a day, whenever the agent was started."""
        if not self._is_due("clean-up"):
            return
        stopped = False

        def rest() -> bool:
            nonlocal stopped
            stopped = self._wait(BREATH)
            return stopped

        cleaned = self._gateway.cleanup.run(rest=rest)
        _log.info("clean-up: removed %s", cleaned.sentence)
        if not stopped:
            self._finished("clean-up", cleaned.sentence)

    def _seal(self) -> None:
        """Seal what is not sealed with the newest master key: after an upgrade, or a rotation that was broken off."""
        done = self._gateway.resealing(lambda: self._wait(BREATH)).run()
        if done.bodies or done.files:
            _log.info("sealed %d contents with the newest key", done.bodies + done.files)
        if done.broken:
            _log.warning("%d contents cannot be read: see wristgate verify", done.broken)

    def _back_up(self) -> None:
        """Make a backup daily, where one is wanted."""
        config = self._gateway.config
        if not config.backup_to or not self._is_due(BACKUP):
            return
        place = place_at(config.backup_to)
        made = make(self._gateway.backup_source(), place, rest=self._is_over, clock=self._clock)
        self._finished(BACKUP, made.sentence)
        _log.info("backed up to %s: %s", place.name, made.sentence)
        if made.lost:
            _log.warning("%d contents were lost before the backup: see wristgate verify", len(made.lost))

    def _forget_backups(self) -> None:
        """Remove daily the backups that are too old."""
        config = self._gateway.config
        if not config.backup_to or not self._is_due(FORGETTING):
            return
        place = place_at(config.backup_to)
        with alone(config.data_dir):
            gone = forget(self._gateway.store, place, config.backup_days, self._clock(), self._is_over)
        self._finished(FORGETTING, f"{len(gone.names)} backups")
        if gone.names:
            _log.info("removed %d backups of more than %d days ago", len(gone.names), config.backup_days)

    def _is_over(self) -> bool:
        return self._wait(0)

    def _is_due(self, name: str) -> bool:
        """Say whether a daily chore was last done long enough ago, or after now: a clock that was set back."""
        done, _ = self._last(name)
        return not 0 <= self._clock() - done < DAILY

    def _last(self, name: str) -> tuple[int, str]:
        with self._gateway.store.read() as transaction:
            return transaction.chores.last(name) or (0, "")

    def _finished(self, name: str, told: str) -> None:
        now = self._clock()
        self._gateway.store.write(lambda transaction: transaction.chores.finished(name, told, now)).result()


def run(config: Config, wait: Wait) -> None:
    """Be the agent of a gateway until it is time to end; a folder that cannot be used now may be later."""
    name_process()
    lock = lock_when_free(config.data_dir, wait)
    if lock is None:
        return
    try:
        while not _work(config, wait):
            if wait(AGAIN):
                return
    finally:
        os.close(lock)


def _work(config: Config, wait: Wait) -> bool:
    gateway = Gateway(config, polite=True)
    try:
        gateway.open()
        Agent(gateway, wait).work()
    except Busy as error:
        _log.warning("the agent cannot work now: %s", error)
        return False
    finally:
        gateway.converter.close()
        gateway.store.close()
    return True


def lock(folder: Path) -> int | None:
    """Make this process the only agent of a data folder, None: there is another. The lock goes with the process."""
    handle = os.open(folder / "agent.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def lock_when_free(folder: Path, wait: Wait) -> int | None:
    """Wait until no other agent works on a folder; None: it is time to end."""
    told = False
    while not wait(PATIENCE if told else 0):
        try:
            handle = lock(folder)
        except OSError as error:
            handle, reason = None, f"{error.strerror}"
        else:
            reason = "another one works on this data folder"
        if handle is not None:
            return handle
        if not told:
            _log.warning("the agent waits: %s", reason)
        told = True
    return None


def name_process() -> None:
    """Tell this process from the gateway's others in a list of processes, where the system can."""
    try:
        Path("/proc/self/comm").write_text("wristgate-agent")
    except OSError:
        return
