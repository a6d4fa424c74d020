"""A gateway of one's own for a while: the real command as a process, on a free port, its data in a temporary folder.

The demo, the bench and the end-to-end tests use it; what they need from the gateway beyond HTTP they get by its
commands, as an operator would.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 30.0
STOP_SECONDS = 30.0
COMMAND_SECONDS = 60.0
_GATEWAY = (sys.executable, "-m", "gateway")


class GatewayFailed(Exception):
    """The gateway's process or one of its commands did not do its work; the text can be shown."""


def command(arguments: Iterable[str], environment: Mapping[str, str] | None = None) -> bytes:
    """Run one ``wristgate`` command: its standard output, or GatewayFailed with its last words unless it exits 0."""
    line = [*_GATEWAY, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            line, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise GatewayFailed(f"wristgate {line[3]} did not finish in {COMMAND_SECONDS:.0f} s") from error
    if done.returncode:
        raise GatewayFailed(f"wristgate {line[3]} exited {done.returncode}: {_last_words(done.stderr or done.stdout)}")
    return done.stdout


class LocalGateway:
    """``with LocalGateway() as gateway:`` starts ``wristgate serve`` and stops it with SIGTERM.

    ``settings`` are further ``SYNC_`` variables. Leaving the block raises GatewayFailed unless the gateway exits 0, but
    never hides an error from inside it.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wristgate-")
        self._ready = Path(self._folder.name) / "ready"
        self._log = Path(self._folder.name) / "serve.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_")}
        self.environment = kept | {
            "SYNC_DATA_DIR": str(Path(self._folder.name) / "data"),
            "SYNC_LISTEN_ADDR": "127.0.0.1:0",
            "SYNC_LOG_LEVEL": "warning",
            **(settings or {}),
        }
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that was started; its children are the gateway's others."""
        assert self._process is not None
        return self._process.pid

    def command(self, *arguments: str) -> bytes:
        """Run one command on this gateway's data."""
        return command(arguments, self.environment)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._kill()
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stop()
        except GatewayFailed:
            if error is None:
                raise
        finally:
            self._folder.cleanup()

    def _start(self) -> None:
        environment = self.environment | {"SYNC_READY_FILE": str(self._ready)}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*_GATEWAY, "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.url:
            if self._process.poll() is not None:
                raise GatewayFailed(f"the gateway ended while starting: {self.last_words()}")
            if time.monotonic() > deadline:
                raise GatewayFailed(f"the gateway was not ready after {START_SECONDS:.0f} s: {self.last_words()}")
            time.sleep(0.05)
            self.url = self._ready.read_text().strip() if self._ready.exists() else ""

    def last_words(self) -> str:
        """Give the last line that the gateway wrote."""
        return _last_words(self._log.read_bytes())

    def log(self) -> str:
        """Give all that the gateway has written."""
        return self._log.read_text()

    def _stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self._kill()
            raise GatewayFailed(f"the gateway did not stop within {STOP_SECONDS:.0f} s of SIGTERM") from error
        if code:
            raise GatewayFailed(f"the gateway exited {code} after SIGTERM: {self.last_words()}")

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _last_words(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
