"""Every error that a caller may see, as one tree; HTTP numbers live in ``http/errors.py``.

GatewayError                      word, stable
├── BadRequest                    bad_request
├── Unauthorized                  unauthorized
├── Forbidden                     forbidden
├── NotFound                      not_found
├── MethodNotAllowed              method_not_allowed
├── OffsetMismatch                offset               .have  bytes, or rows, that the gateway holds
├── Conflicting                   conflict
├── Gone                          gone                 .reset  the cursor is void, begin without one
│   └── Damaged                   gone
├── PreconditionFailed            precondition
├── RangeNotSatisfiable           range                .size   bytes
├── LengthRequired                length_required
├── TooLarge                      too_large
│   └── OverQuota                 too_large
├── UnsupportedType               unsupported_type
├── FormatError                   invalid_file         .code (word), .offset (byte)
│   └── UnknownFormat             unsupported_type
├── RateLimited                   rate_limited         .wait   seconds
├── Internal                      internal
└── Busy                          busy                 .wait   seconds
    └── KeyMissing                busy
"""

from typing import ClassVar


class GatewayError(Exception):
    """Base of all; ``message`` is plain English that can be shown as it is, at most 80 ASCII characters on a watch."""

    word: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(GatewayError):
    """The request cannot be understood; the message names the key."""

    word = "bad_request"


class Unauthorized(GatewayError):
    """No credential, or one that is unknown, expired or revoked."""

    word = "unauthorized"

    def __init__(self, message: str = "sign in again") -> None:
        super().__init__(message)


class Forbidden(GatewayError):
    """A known credential that may not do this."""

    word = "forbidden"


class NotFound(GatewayError):
    """Nothing by that name that this caller may know of."""

    word = "not_found"


class MethodNotAllowed(GatewayError):
    """The path exists, this method on it does not."""

    word = "method_not_allowed"


class OffsetMismatch(GatewayError):
    """A part that does not continue what is there; ``have`` is where to go on."""

    word = "offset"

    def __init__(self, have: int, unit: str = "bytes") -> None:
        super().__init__(f"the gateway has {have} {unit}, go on there")
        self.have = have


class Conflicting(GatewayError):
    """Something else is there, and the caller asked not to touch it."""

    word = "conflict"


class Gone(GatewayError):
    """It was there and is not any more; ``reset``: all that the caller knows may be wrong, start over."""

    word = "gone"

    def __init__(self, message: str, *, reset: bool = False) -> None:
        super().__init__(message)
        self.reset = reset


class Damaged(Gone):
    """Bytes on the gateway's disk, or in a backup, are not those that were put there."""

    def __init__(self, message: str = "this version was damaged on the gateway's disk") -> None:
        super().__init__(message)


class PreconditionFailed(GatewayError):
    """What the caller asked to be so is not so; nothing was changed."""

    word = "precondition"


class RangeNotSatisfiable(GatewayError):
    """A range of bytes that begins behind the end; ``size`` is where that is."""

    word = "range"

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size} bytes")
        self.size = size


class LengthRequired(GatewayError):
    """A body without Content-Length."""

    word = "length_required"


class TooLarge(GatewayError):
    """A body, file or answer over its limit."""

    word = "too_large"


class OverQuota(TooLarge):
    """What a user may keep is used up; the message says how much that is."""


class UnsupportedType(GatewayError):
    """Content that is none of FIT, GPX, TCX and JSON, or that the asked type cannot hold."""

    word = "unsupported_type"


class FormatError(GatewayError):
    """A file that claims to be of a type and is not a correct one.

    ``code`` is a stable word (``truncated``, ``bad_crc``, ...; ``formats/refusals.py`` has them all), ``offset`` the
    byte at which reading stopped; the message says both after what they mean, and at most 80 ASCII characters in all.
    """

    word = "invalid_file"

    def __init__(self, code: str, offset: int, meaning: str = "the file is damaged") -> None:
        super().__init__(f"{meaning} ({code} at byte {offset})")
        self.code = code
        self.offset = offset


class UnknownFormat(FormatError):
    """Content that does not even claim to be of a type that is read here."""

    word = "unsupported_type"

    def __init__(self) -> None:
        super().__init__("unknown_format", 0, "this is no FIT, GPX, TCX or JSON file")


class RateLimited(GatewayError):
    """Too many requests; ``wait`` seconds until the next window."""

    word = "rate_limited"

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many requests, wait {wait} s")
        self.wait = wait


class Internal(GatewayError):
    """A fault of the gateway; the log has the details under the request id."""

    word = "internal"


class Busy(GatewayError):
    """It cannot be done now and may be in ``wait`` seconds: nothing was stored."""

    word = "busy"

    def __init__(self, message: str = "busy, try again soon", wait: int = 5) -> None:
        super().__init__(message)
        self.wait = wait


class KeyMissing(Busy):
    """Contents are sealed with a master key that is not here; the message says which, for the operator."""

    def __init__(self, message: str) -> None:
        super().__init__(message, wait=60)
