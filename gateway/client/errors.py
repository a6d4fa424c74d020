"""Everything that a client raises, as one tree; each message can be shown to people.

ClientError
├── Misused          what the caller gave cannot be used: an address, a key, a name; also a ValueError
├── Refused          the gateway said no          .status .word .unauthorized .message .wait .reset .raw
│   └── Reset        a cursor is void, begin without one
├── Unreachable      no answer came
│   ├── Dropped      the connection could not be made, or broke
│   ├── TimedOut     nothing came for too long
│   └── NotTrusted   the certificate is not trusted
├── NotUnderstood    what came is no answer of a gateway, or not the bytes that it announced
└── Unconfirmed      nobody confirmed a pairing in time
"""

from collections.abc import Mapping
from typing import Any

_LONGEST = 1000
_UNAUTHORIZED = 401


class ClientError(Exception):
    """Base of all."""


class Misused(ClientError, ValueError):
    """What the caller gave cannot be used."""


class Refused(ClientError):
    """The gateway said no: ``word`` is its stable word, ``wait`` the seconds after which to ask again.

    ``word`` is empty where something before the gateway answered; ``status`` is 0 for one change of a push.
    """

    def __init__(self, status: int, raw: Mapping[str, Any], wait: int = 0) -> None:
        message = _shown(raw.get("m")) or f"the gateway answers {status}"
        super().__init__(message)
        self.status = status
        self.word = _shown(raw.get("error"))
        self.message = message
        self.wait = wait
        self.reset = raw.get("reset") is True
        self.raw = raw

    @property
    def unauthorized(self) -> bool:
        """Say whether it is the credential that was refused: another one may do."""
        return self.status == _UNAUTHORIZED


class Reset(Refused):
    """A cursor is void: the gateway's data were restored. Begin without one, and compare."""


class Unreachable(ClientError):
    """No answer came; whether the gateway did what it was asked is not known."""


class Dropped(Unreachable):
    """The connection could not be made, or broke before the answer was complete."""


class TimedOut(Unreachable):
    """Nothing came, or went, for too long."""


class NotTrusted(Unreachable):
    """The certificate is not publicly trusted, or its chain is incomplete."""


class NotUnderstood(ClientError):
    """What came is no answer of a gateway."""


class Unconfirmed(ClientError):
    """Nobody confirmed a pairing in time."""


def refusal(status: int, raw: Mapping[str, Any], wait: int = 0) -> Refused:
    """Make the error of an answer; ``wait`` is what its head asks for, where its body says nothing."""
    kind = Reset if raw.get("reset") is True else Refused
    said = raw.get("wait")
    return kind(status, raw, max(0, said) if isinstance(said, int) else wait)


def _shown(value: object) -> str:
    """Give a text of the gateway's as one line that no terminal takes for more."""
    text = value if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])
