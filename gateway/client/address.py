"""Where a gateway is."""

import ipaddress
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from gateway.client.errors import Misused

_HOME: Final = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a URL, which has no path."""

    secure: bool
    host: str
    port: int
    netloc: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a URL; raises ``Misused``, also for plain HTTP to a public address, where keys would be read."""
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in _PORTS or not _plain(parts.netloc):
            raise Misused("the gateway's address must be like https://sync.example.com")
        if "@" in parts.netloc:
            raise Misused("the gateway's address takes no user and password")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise Misused("the gateway's address ends with host and port: it takes no path and no query")
        secure = parts.scheme == "https"
        if not secure and not _is_near(host):
            raise Misused(
                f"{host} is not in this network: its address must begin with https://, so that no key is read"
            )
        return cls(secure, host, port or _PORTS[parts.scheme], parts.netloc)

    @property
    def url(self) -> str:
        """The whole, as a person writes it."""
        return f"{'https' if self.secure else 'http'}://{self.netloc}"

    def target(self, path: str) -> str:
        """Give what a request line says for a path of the server's; it is escaped already."""
        return f"/{path}"


def _plain(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)


def _is_near(host: str) -> bool:
    """Say whether a host is this machine or in a network of its own, where plain HTTP may be."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_HOME)
    return not address.is_global
