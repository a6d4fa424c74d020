"""A watch that exists only in software, and the phone and the radio link between it and the gateway.

It lives by the platform's rules (``connectiq-platform.md``), so that what works here works on a wrist. Tests,
``loadtest/`` and ``wristgate demo`` use it. It knows the gateway only through its HTTP address.
"""

from gateway.simwatch.link import Fault, Link
from gateway.simwatch.phone import Answer, Errors, Habits, Options, Phone, RequestType, ResponseType
from gateway.simwatch.requests import LinkDown, Refused, WatchError
from gateway.simwatch.storage import Storage, StorageFull
from gateway.simwatch.watch import PairingOffer, Watch

__all__ = [
    "Answer",
    "Errors",
    "Fault",
    "Habits",
    "Link",
    "LinkDown",
    "Options",
    "PairingOffer",
    "Phone",
    "Refused",
    "RequestType",
    "ResponseType",
    "Storage",
    "StorageFull",
    "Watch",
    "WatchError",
]
