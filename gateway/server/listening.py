"""The listening socket, opened before anything else so that a wrong address fails at once."""

import errno
import socket

REASONS = {
    errno.EADDRINUSE: "{} is in use by another program; stop it or set SYNC_LISTEN_ADDR",
    errno.EADDRNOTAVAIL: "{} is no address of this machine; set SYNC_LISTEN_ADDR",
    errno.EACCES: "{} needs more rights; set SYNC_LISTEN_ADDR to a port above 1023",
}


class CannotListenError(Exception):
    """The address cannot be used; the message is one sentence for the operator."""


def open_listener(host: str, port: int, backlog: int) -> socket.socket:
    """Bind and listen; raises CannotListenError.

    gunicorn tries for five seconds and then complains four times. Listening begins here and not later: two sockets
    with SO_REUSEADDR, which a restart needs, may both be bound to one port until one of them listens.
    """
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError, OverflowError):
        raise CannotListenError(f"{name} is no address to listen on; set SYNC_LISTEN_ADDR") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(backlog)
    except OSError as exc:
        listener.close()
        reason = REASONS.get(exc.errno or 0, "cannot listen on {}: " + str(exc.strerror))
        raise CannotListenError(reason.format(name)) from None
    return listener
