"""A phone or computer registers with its user's password."""

from gateway.client.address import Address
from gateway.client.identity import Credentials, credentials
from gateway.client.transport import TIMEOUT, Transport


def register(
    url: str, email: str, password: str, name: str, kind: str = "linux", *, timeout: float = TIMEOUT
) -> Credentials:
    """Make a new device of a user: what it answers goes to ``Client``, and to a place that nobody else can read.

    ``kind`` is ``linux``, ``mobile``, ``web`` or ``iot``. Sent once, since each call makes a device.
    """
    transport = Transport(Address.parse(url), timeout=timeout)
    try:
        document = {"email": email, "password": password, "name": name, "type": kind}
        return credentials(transport.ask("POST", "auth/register", None, document))
    finally:
        transport.close()
