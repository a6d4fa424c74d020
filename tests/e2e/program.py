"""The real gateway as processes of its own, on a folder that outlives them, and the faults that can be done to them."""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

GUARD = 30.0
"""Seconds after which a test that waits has failed; nothing here is measured."""
ROOT = Path(__file__).parents[2]
AGENT = "wristgate-agent"
WRISTGATE = (sys.executable, "-m", "gateway")
SETTINGS = {
    "SYNC_LOG_LEVEL": "warning",
    "SYNC_RATE_AUTH": "0",
    "SYNC_RATE_POLL": "0",
    "SYNC_RATE_DEVICE": "0",
}


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Ask again and again until something outside this process holds."""
    deadline = time.monotonic() + GUARD
    while not holds():
        assert time.monotonic() < deadline, f"not after {GUARD:.0f} s: {what}"
        time.sleep(0.01)


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


class Program:
    """``wristgate serve`` on ``data``; it can be killed and started again there.

    ``port`` 0 takes a free one at each start. ``prefix`` is a command that ends by executing its arguments in its own
    process, so that ``master`` is the gateway's.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str] | None = None, *, port: int = 0, prefix: Sequence[str] = (),
        data: Path | None = None,
    ) -> None:  # fmt: skip
        self.data = data or folder / "data"
        self.log = folder / "serve.log"
        self.prefix = tuple(prefix)
        self._ready = folder / "ready"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_")}
        self.environment = kept | SETTINGS | {
            "SYNC_DATA_DIR": str(self.data),
            "SYNC_LISTEN_ADDR": f"127.0.0.1:{port}",
            **(settings or {}),
        }  # fmt: skip
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def master(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Program":
        """Start and wait until the address is open."""
        self.launch()
        wait_until(self._is_ready, "the gateway is ready")
        return self

    def launch(self) -> None:
        """Start without waiting."""
        self._ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, *WRISTGATE, "serve"],
                env=self.environment | {"SYNC_READY_FILE": str(self._ready)},
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the gateway ended while starting: {self.words()}"
        if not self._ready.exists():
            return False
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)\n", self._ready.read_text())
        if match:
            self.port = int(match[1])
        return match is not None

    def words(self) -> str:
        """All that the gateway has said since its first start."""
        return self.log.read_text(errors="replace")

    def workers(self) -> list[int]:
        """The processes that the master has started to answer requests."""
        return [child for child in self.children() if child not in self.agents()]

    def agents(self) -> list[int]:
        """The processes that the master has started for chores: none or one."""
        return [child for child in self.children() if _name(child) == AGENT]

    def children(self) -> list[int]:
        """All processes that the master has started."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
            return [int(child) for child in children]
        return []

    def pss(self) -> int:
        """Memory of all processes together, in bytes; what they share counts once."""
        total = 0
        for pid in (self.master, *self.children()):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
                total += int(match[1]) * 1024 if match else 0
        return total

    def kill(self, victim: str = "everything") -> None:
        """``kill -9``: ``everything``, or only the ``worker`` or the ``master``."""
        if victim == "worker":
            wait_until(self.workers, "there is a worker")
            os.kill(self.workers()[0], signal.SIGKILL)
        elif victim == "master":
            os.kill(self.master, signal.SIGKILL)
            self.wait()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.master, signal.SIGKILL)  # its own session: master and workers
            self.wait()

    def terminate(self) -> None:
        os.kill(self.master, signal.SIGTERM)

    def wait(self, seconds: float = GUARD) -> int:
        """The exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def stop(self) -> None:
        """An ordinary end."""
        self.terminate()
        code = self.wait()
        assert code == 0, f"exit code {code}: {self.words()}"

    def end(self) -> None:
        """After a test, however it went: nothing is left."""
        if self.process is not None:
            self.kill()

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """One command on this gateway's data."""
        return subprocess.run(
            [*self.prefix, *WRISTGATE, *arguments],
            env=self.environment, cwd=ROOT, input=stdin, capture_output=True, timeout=GUARD, check=False,
        )  # fmt: skip

    def command(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """One command that must succeed; its standard output."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    @contextlib.contextmanager
    def unwritable(self) -> Iterator[None]:
        """Let every write of every process to any file fail (EFBIG), as a disk does that has failed; reads go on."""
        limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in (self.master, *self.children())}
        for pid, (_, hard) in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            for pid, limit in limits.items():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
