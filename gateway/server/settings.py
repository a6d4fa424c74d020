"""What the server can be told: every limit and deadline, with its default and its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Address, processes, limits and deadlines of the web server; times in seconds, sizes in bytes.

    Limits of connections hold for each worker. Deadlines are looked at by one sweep a worker, at least once a second,
    so they are met up to a second late (a quarter of the shortest, where that is under a second).
    """

    host: str
    port: int
    """0 takes any free port; ``on_ready`` gets the real one."""
    workers: int = 1
    """SQLite has one writer, so one; see architecture.md."""
    shutdown_timeout: int = 10
    """From SIGTERM to exit: 70 % for requests in flight, then the lifespan shutdown; whoever is left is killed."""
    head_timeout: float = 10
    """From the first byte of a head (on a new connection: from accept) to its end, however the bytes trickle."""
    head_bytes: int = 16384
    """Request line and header fields; a head that begins in one read with the end of the request before, 64 KB more."""
    max_connections: int = 2000
    """Open at once, WebSockets included: about 7 KB each while idle (plain uvicorn 8)."""
    keep_alive: float = 75
    """A connection between two requests; longer than the usual 60 s of proxies, so that they close first."""
    write_timeout: float = 60
    """An answer of which the client takes not one byte for so long is cut off."""
    linger_timeout: float = 3
    linger_bytes: int = 16777216
    """After an answer that came before the whole request: so long and so much is read and dropped before the close,
    for a close with unread bytes is a reset, which takes the answer away from the client, or from a proxy that goes on
    passing a body to us."""
    backlog: int = 1024
    """Connections that the kernel holds before they are accepted."""
    message_bytes: int = 65536
    """The longest WebSocket message."""
    worker_timeout: int = 60
    """A worker whose loop stands still for so long is replaced."""
