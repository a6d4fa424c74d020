"""The master process: gunicorn as a library, without its command line, files, environment and control socket."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.sock import TCP6Socket, TCPSocket  # type: ignore[import-untyped]
from uvicorn._types import ASGI3Application

from gateway.server.settings import ServerSettings
from gateway.server.sidecar import NICE, Ending, Sidecar, log
from gateway.server.worker import WebWorker

ENDINGS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP}
UNUSED = (signal.SIGUSR2, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH)
"""gunicorn re-executes itself, or changes the number of workers, at these."""


class QuietLogger(Logger):  # type: ignore[misc]
    """Logs as ``gunicorn.error`` through what the caller configured; gunicorn's running commentary is for debugging."""

    def setup(self, cfg: Any) -> None:  # gunicorn's configuration
        """Install nothing; gunicorn adds handlers of its own and stops propagation."""
        self.cfg = cfg
        self.error_log.propagate = True
        self._access_log_enabled = False

    def info(self, msg: str, *args: object, **kwargs: Any) -> None:
        """Log "Starting", "Listening", "Booting" and the like where nobody has to see them."""
        self.error_log.debug(msg, *args, **kwargs)


class WebApplication(BaseApplication):  # type: ignore[misc]
    """What gunicorn runs: the app, the settings, and what master and workers share."""

    def __init__(
        self, settings: ServerSettings, load_app: Callable[[], ASGI3Application], listener: socket.socket
    ) -> None:
        self.settings = settings
        self.load = load_app
        self.listener = listener
        self.lifeline = os.pipe()
        super().__init__()

    def load_config(self) -> None:
        """Set all that matters; defaults of gunicorn come partly from PORT, WEB_CONCURRENCY, FORWARDED_ALLOW_IPS."""
        host, port = self.listener.getsockname()[:2]
        options = {
            "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
            "workers": self.settings.workers,
            "worker_class": WebWorker,
            "preload_app": True,
            "timeout": self.settings.worker_timeout,
            "graceful_timeout": self.settings.shutdown_timeout,
            "forwarded_allow_ips": "127.0.0.1",
            "logger_class": QuietLogger,
            "proc_name": "wristgate",
            "control_socket_disable": True,
            "reuse_port": False,
            "max_requests": 0,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def unblock_signals(self) -> None:
        """Let the endings in again, after a fork."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


class Master(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter on a socket that already listens; every ending is a graceful one, and only the first counts.

    gunicorn: SIGINT and SIGQUIT kill requests in flight, a second signal shortens the wait to 2 s, SIGHUP starts a
    second worker beside the first.
    """

    def __init__(
        self,
        app: WebApplication,
        on_ready: Callable[[tuple[str, int]], None] | None,
        sidecar: Sidecar | None = None,
    ) -> None:
        os.environ.pop("GUNICORN_PID", None)  # gunicorn would believe itself re-executed
        super().__init__(app)
        self.on_ready = on_ready
        self.sidecar = sidecar
        self.ending = False
        family = TCP6Socket if app.listener.family == socket.AF_INET6 else TCPSocket
        self.LISTENERS = [family(app.listener.getsockname(), self.cfg, self.log, fd=app.listener.detach())]

    def start(self) -> None:
        """Take the signals, then say that the address is open."""
        super().start()
        if self.on_ready is not None:
            self.on_ready(self.LISTENERS[0].getsockname()[:2])

    def init_signals(self) -> None:
        """Queue signals, except those that would do what this server does not do."""
        super().init_signals()
        for number in UNUSED:
            signal.signal(number, signal.SIG_IGN)

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Queue a signal; after the first ending no other is seen."""
        if sig in ENDINGS:
            if self.ending:
                return
            self.ending = True
        super().signal(sig, frame)

    def handle_int(self) -> None:
        """End as at SIGTERM."""
        self.handle_term()

    handle_quit = handle_int
    handle_hup = handle_int

    def spawn_worker(self) -> int:
        """Fork with the endings blocked, so that the child gets none while it still has the master's handlers."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        try:
            return int(super().spawn_worker())
        finally:
            self.app.unblock_signals()

    def manage_workers(self) -> None:
        """Start workers that are missing, then the process beside them."""
        super().manage_workers()
        if self.sidecar is not None and self.sidecar.is_due():
            self._spawn_sidecar(self.sidecar)

    def reap_workers(self) -> None:
        """See who has ended; gunicorn waits for any child, and passes over one that is no worker."""
        if self.sidecar is not None:
            self.sidecar.reap()
        super().reap_workers()
        if self.sidecar is not None:
            self.sidecar.reap()

    def stop(self, graceful: bool = True) -> None:
        """End workers and the process beside them, all within one timeout."""
        limit = time.monotonic() + self.app.settings.shutdown_timeout
        sidecar = self.sidecar
        if sidecar is not None:
            sidecar.send(signal.SIGTERM)
        super().stop(graceful)
        if sidecar is None:
            return
        while sidecar.pid and time.monotonic() < limit:
            time.sleep(0.02)
            sidecar.reap()
        if sidecar.pid:
            sidecar.send(signal.SIGKILL)
            os.waitpid(sidecar.pid, 0)

    def _spawn_sidecar(self, sidecar: Sidecar) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        try:
            pid = os.fork()
            if pid:
                sidecar.began(pid)
                return
            self._leave_to(sidecar)
        finally:
            self.app.unblock_signals()

    def _leave_to(self, sidecar: Sidecar) -> None:
        """Become the process beside the workers, with nothing of the master's that would outlive it there."""
        for listener in self.LISTENERS:
            listener.close()
        for worker in self.WORKERS.values():
            worker.tmp.close()
        read, write = self.app.lifeline
        os.close(write)
        ending = Ending(self.app.settings.shutdown_timeout, read)
        self.app.unblock_signals()
        os.nice(NICE)
        try:
            sidecar.body(ending.wait)
        except Exception:  # noqa: BLE001  the outermost frame of this process
            log.exception("the agent failed")
            sys.exit(1)
        finally:
            ending.over()
        sys.exit(0)
