"""The one call that runs the web server."""

import os
import sys
from collections.abc import Callable

from uvicorn._types import ASGI3Application

from gateway.server.listening import CannotListenError, open_listener
from gateway.server.master import Master, WebApplication
from gateway.server.settings import ServerSettings
from gateway.server.sidecar import Body, Sidecar
from gateway.server.worker import raise_file_limit


def serve(
    settings: ServerSettings,
    load_app: Callable[[], ASGI3Application],
    on_ready: Callable[[tuple[str, int]], None] | None = None,
    beside: Body | None = None,
) -> int:
    """Serve until SIGTERM, SIGINT, SIGQUIT or SIGHUP; give the exit code.

    ``load_app`` runs in the master before any fork: it opens no database and starts no thread. ``on_ready`` runs there
    too, once, with the address that is open. ``beside`` runs in a niced process of its own until the server ends, and
    is started again when it returns or dies; it gets a function that waits, and says when it is time to return.

    0 after an ordinary end; 1, and one sentence on stderr, when the address cannot be used; 3 when the app's startup
    failed. What ``load_app`` raises passes through.

    A child leaves through this call as well, with SystemExit, which the caller must let pass.
    """
    try:
        listener = open_listener(settings.host, settings.port, settings.backlog)
    except CannotListenError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    raise_file_limit(settings)
    master_pid = os.getpid()
    try:
        with listener:
            sidecar = Sidecar(beside) if beside is not None else None
            Master(WebApplication(settings, load_app, listener), on_ready, sidecar).run()
    except SystemExit as exit_:
        if os.getpid() != master_pid:
            raise
        return exit_.code if isinstance(exit_.code, int) else 0
    return 0
