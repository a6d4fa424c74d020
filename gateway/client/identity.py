"""Who is asking: a key, a paired device's token, or a device that signed in and renews its tokens."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from gateway.client.errors import Misused, Refused
from gateway.client.fields import number, text

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""POSTs a JSON object to a path of the API, without any credential."""

_EARLY: Final = 60  # seconds before an access token ends at which it is renewed


class Identity(Protocol):
    """Gives the token of a request."""

    def token(self, ask: Ask) -> str:
        """Give the one that is good now."""

    def renew(self, ask: Ask, refused: str) -> bool:
        """Get another one than that which was refused; False where there is none."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A key, or a paired device's token."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secret or not all("!" <= letter <= "~" for letter in self.secret):
            raise Misused("the key is empty or has letters that no key has")

    def token(self, _ask: Ask) -> str:
        """Give it."""
        return self.secret

    def renew(self, _ask: Ask, _refused: str) -> bool:
        """There is no other."""
        return False


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a registered device keeps, somewhere that nobody else can read."""

    device_id: str
    device_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


def credentials(answer: Mapping[str, Any]) -> Credentials:
    """Read what ``auth/register`` answers."""
    return Credentials(*(text(answer, key) for key in ("device_id", "device_secret", "refresh_token")))


class SignIn:
    """A device that is signed in; ``renewed`` is told of new credentials before the old ones are let go."""

    def __init__(
        self,
        credentials: Credentials,
        renewed: Callable[[Credentials], object] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.credentials = credentials
        self._renewed = renewed
        self._clock = clock
        self._access = ""
        self._until = 0.0

    def token(self, ask: Ask) -> str:
        """Give an access token that is good for a minute at least."""
        if self._clock() >= self._until:
            self.renew(ask, self._access)
        return self._access

    def renew(self, ask: Ask, refused: str) -> bool:
        """Renew the pair; when the refresh token is void, sign in again with the device's secret."""
        if refused != self._access:
            return True
        kept = self.credentials
        try:
            answer = ask("auth/refresh", {"refresh_token": kept.refresh_token})
        except Refused as refusal:
            if not refusal.unauthorized:
                raise
            answer = ask("auth/login", {"device_id": kept.device_id, "device_secret": kept.device_secret})
        self._take(answer)
        return True

    def _take(self, answer: Mapping[str, Any]) -> None:
        fresh = replace(self.credentials, refresh_token=text(answer, "refresh_token"))
        access = Fixed(text(answer, "access_token")).secret
        if fresh != self.credentials:
            self._renewed(fresh)
        self.credentials, self._access = fresh, access
        self._until = self._clock() + number(answer, "expires_in") - _EARLY
