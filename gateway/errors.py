"""Every error that a caller may see, as one tree; HTTP numbers live in ``http/errors.py``.

GatewayError                      code (stable word)
├── BadRequest                    bad_request
├── Unauthorized                  unauthorized
├── Forbidden                     forbidden
├── NotFound                      not_found
├── MethodNotAllowed              method_not_allowed
├── OffsetMismatch                offset               .have  bytes that the gateway holds
├── Gone                          gone
├── LengthRequired                length_required
├── TooLarge                      too_large
├── UnsupportedType               unsupported_type
├── FormatError                   invalid_file         .reason (word), .offset (byte)
├── RateLimited                   rate_limited         .wait   seconds
├── Internal                      internal
└── Busy                          busy                 .wait   seconds
"""

from typing import ClassVar


class GatewayError(Exception):
    """Base of all; ``message`` is plain English that can be shown as it is, at most 80 ASCII characters on a watch."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(GatewayError):
    """The request cannot be understood; the message names the key."""

    code = "bad_request"


class Unauthorized(GatewayError):
    """No credential, or one that is unknown, expired or revoked."""

    code = "unauthorized"

    def __init__(self, message: str = "sign in again") -> None:
        super().__init__(message)


class Forbidden(GatewayError):
    """A known credential that may not do this."""

    code = "forbidden"


class NotFound(GatewayError):
    """Nothing by that name that this caller may know of."""

    code = "not_found"


class MethodNotAllowed(GatewayError):
    """The path exists, this method on it does not."""

    code = "method_not_allowed"


class OffsetMismatch(GatewayError):
    """A part that does not continue what is there; ``have`` is where to go on."""

    code = "offset"

    def __init__(self, have: int) -> None:
        super().__init__(f"the gateway has {have} bytes, go on there")
        self.have = have


class Gone(GatewayError):
    """It was there and is not any more: start over."""

    code = "gone"


class LengthRequired(GatewayError):
    """A body without Content-Length."""

    code = "length_required"


class TooLarge(GatewayError):
    """A body, file or answer over its limit."""

    code = "too_large"


class UnsupportedType(GatewayError):
    """Content that is none of FIT, GPX, TCX and JSON."""

    code = "unsupported_type"


class FormatError(GatewayError):
    """A file that claims to be of a type and is not a correct one.

    ``reason`` is a stable word (``truncated``, ``bad_crc``, ...), ``offset`` the byte at which reading stopped.
    """

    code = "invalid_file"

    def __init__(self, reason: str, offset: int, detail: str = "") -> None:
        super().__init__(f"{reason} at byte {offset}{f': {detail}' if detail else ''}")
        self.reason = reason
        self.offset = offset


class RateLimited(GatewayError):
    """Too many requests; ``wait`` seconds until the next window."""

    code = "rate_limited"

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many requests, wait {wait} s")
        self.wait = wait


class Internal(GatewayError):
    """A fault of the gateway; the log has the details under the request id."""

    code = "internal"


class Busy(GatewayError):
    """It cannot be done now and may be in ``wait`` seconds: nothing was stored."""

    code = "busy"

    def __init__(self, message: str = "busy, try again soon", wait: int = 5) -> None:
        super().__init__(message)
        self.wait = wait
