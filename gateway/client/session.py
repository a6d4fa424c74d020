"""What a client and a device have in common: one transport, opened when it is needed, closed in the end."""

import secrets
from types import TracebackType
from typing import Self

from gateway.client.transport import Transport


def nonce() -> str:
    """Give what makes a request safe to repeat, another one each time."""
    return secrets.token_hex(8)


class Session:
    """Something that asks one gateway, and can be closed; asked again it connects again."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self._transport.address.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()
