"""Where requests come from."""

import ipaddress

import pytest

from gateway.http.address import bucket, client_address

TRUSTED = [ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "1.2.3.4", "203.0.113.5"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.1.1.1", "1.2.3.4"),
        ("127.0.0.1", "1.2.3.4, garbage", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("127.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("::ffff:127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("fd00::1", "2001:db8::9", "2001:db8::9"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_trusted_hops_are_believed(peer: str, forwarded: str | None, address: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == address


def test_nobody_is_believed_by_default() -> None:
    assert client_address("127.0.0.1", "1.2.3.4", ()) == "127.0.0.1"


def test_ipv6_counts_by_64() -> None:
    assert bucket("2001:db8::1") == bucket("2001:db8::ffff") != bucket("2001:db8:0:1::1")
    assert bucket("1.2.3.4") == "1.2.3.4"
