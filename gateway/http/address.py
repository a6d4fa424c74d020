"""Where a request comes from, behind proxies that are trusted and those that are not."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(peer: str, forwarded: str | None, trusted: Sequence[Network]) -> str:
    """Give the address that a request came from.

    ``forwarded`` is X-Forwarded-For; it is believed only from a trusted ``peer``, and of its hops the rightmost counts
    that is not a trusted proxy: everything left of it can be invented.
    """
    address = _plain(peer)
    hops = forwarded.split(",") if forwarded else []
    while hops and is_trusted(address, trusted):
        hop = _parse(hops.pop().strip())
        if hop is None:
            break
        address = str(hop)
    return address


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Say whether an address is one of a trusted proxy."""
    parsed = _parse(address) if trusted else None
    return parsed is not None and any(parsed in network for network in trusted)


def bucket(address: str) -> str:
    """Give what a limit counts by: an IPv4 address, the /64 of an IPv6 one (a customer gets that many)."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return address


def _plain(text: str) -> str:
    parsed = _parse(text)
    return text if parsed is None else str(parsed)


def _parse(text: str) -> Address | None:
    if text.startswith("[") and "]" in text:
        text = text[1 : text.index("]")]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed
