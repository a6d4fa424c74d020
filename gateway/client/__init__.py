"""A gateway for scripts: files up and down, what changes, and small devices.

It knows the gateway by its address alone and needs nothing but Python; ``Client.live`` needs ``websockets``.

    from gateway.client import Client

    with Client("https://sync.example.com", key="wg_...") as gateway:
        print(gateway.upload("run.fit").path)

``docs/client.md`` shows the rest.
"""

from gateway.client.changes import Delete, Move, Put
from gateway.client.client import Client
from gateway.client.device import Device, pair
from gateway.client.downloads import Downloaded
from gateway.client.errors import (
    ClientError,
    Dropped,
    Misused,
    NotTrusted,
    NotUnderstood,
    Refused,
    Reset,
    TimedOut,
    Unconfirmed,
    Unreachable,
)
from gateway.client.identity import Credentials
from gateway.client.patience import Patience
from gateway.client.results import (
    Activity,
    Change,
    Conflict,
    File,
    Me,
    Member,
    Pushed,
    Sent,
    Status,
    Uploaded,
    Version,
    Waiting,
)
from gateway.client.signup import register

__all__ = [
    "Activity",
    "Change",
    "Client",
    "ClientError",
    "Conflict",
    "Credentials",
    "Delete",
    "Device",
    "Downloaded",
    "Dropped",
    "File",
    "Me",
    "Member",
    "Misused",
    "Move",
    "NotTrusted",
    "NotUnderstood",
    "Patience",
    "Pushed",
    "Put",
    "Refused",
    "Reset",
    "Sent",
    "Status",
    "TimedOut",
    "Unconfirmed",
    "Unreachable",
    "Uploaded",
    "Version",
    "Waiting",
    "pair",
    "register",
]
