"""The worker process: gunicorn's side of it, and the settings of uvicorn."""

import asyncio
import logging
import os
import resource
import sys
from typing import Any

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from uvicorn.config import Config
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

from gateway.server.connection import Connection
from gateway.server.roll import SPARE, Roll
from gateway.server.settings import ServerSettings
from gateway.server.web_server import WebServer

OTHER_FILES = 256
"""File descriptors for everything but connections: database, contents, logs."""

log = logging.getLogger("gateway.server")


class WebWorker(UvicornWorker):  # type: ignore[misc]
    """uvicorn under gunicorn, with this package's server and connections.

    It ends when its master does, however that ended: the master holds the write end of a pipe (``lifeline``) of which
    every worker reads the end; where something else inherited the write end, the sweep sees the new parent.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # gunicorn's seven, passed on
        super().__init__(*args, **kwargs)
        self.settings: ServerSettings = self.app.settings
        self.config = uvicorn_config(self.settings)
        # uvicorn-worker takes the records of uvicorn away from the root logger; its INFO lines hold whole URLs
        logger = logging.getLogger("uvicorn.error")
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.WARNING)

    def init_process(self) -> None:
        """Start in the child, with the master's end of the pipe closed."""
        os.close(self.app.lifeline[1])
        super().init_process()

    def init_signals(self) -> None:
        """Reset the master's handlers, then let in what came during the fork (gunicorn loses it)."""
        super().init_signals()
        self.app.unblock_signals()

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        roll = Roll(self.settings, connection_limit(self.settings))
        server = WebServer(self.config, roll, self.notify, lambda: os.getppid() != self.ppid)
        asyncio.get_running_loop().add_reader(self.app.lifeline[0], self._orphaned, server)
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def _orphaned(self, server: WebServer) -> None:
        asyncio.get_running_loop().remove_reader(self.app.lifeline[0])
        server.begin_stop()


def uvicorn_config(settings: ServerSettings) -> Config:
    """Give uvicorn's configuration; whatever reads X-Forwarded-For believes it from anyone who can connect."""
    return Config(
        app="",
        loop="uvloop",
        http=Connection,
        ws="none",  # ``Connection`` brings its own, when it is wanted
        ws_max_size=settings.message_bytes,
        ws_per_message_deflate=False,
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=settings.backlog,
    )


def raise_file_limit(settings: ServerSettings) -> None:
    """Raise the soft limit of open files towards the hard one, as far as the connections need it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + SPARE + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connection_limit(settings: ServerSettings) -> int:
    """Give how many connections the limit of open files leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return settings.max_connections
    room = max(soft - SPARE - OTHER_FILES, soft // 2)
    if room < settings.max_connections:
        log.warning("only %d connections: the limit of open files is %d", room, soft)
    return min(settings.max_connections, room)
