"""The certificate at the public address, and the versions of TLS there, as a watch's phone sees them."""

import socket
import ssl
import time
from collections.abc import Iterator
from typing import Final

from gateway.cli.checks.findings import NOTE, OK, PROBLEM, WARNING, Finding

PATIENCE: Final = 5.0  # seconds for one connection
SOON: Final = 14  # days left; those who renew by themselves do it earlier
_DAY: Final = 24 * 3600

# X509_V_ERR_* of <openssl/x509_vfy.h>
_EXPIRED, _SELF_SIGNED, _PRIVATE, _NO_ISSUER, _UNVERIFIED = 10, 18, 19, 20, 21
_OTHER_HOST: Final = (62, 64)

_FULL_CHAIN: Final = "have the proxy send the full chain (fullchain.pem, not cert.pem), as watches and phones need it"
_REASONS: Final = {
    _EXPIRED: ("the certificate is over", "renew it, and find out why that did not happen by itself"),
    _SELF_SIGNED: ("the certificate is self-signed", "take one that phones trust, like Caddy or certbot do"),
    _PRIVATE: ("the certificate is of a private authority", "take one that phones trust, like Caddy or certbot do"),
    _NO_ISSUER: ("the chain is incomplete, or its authority unknown", _FULL_CHAIN),
    _UNVERIFIED: ("the chain is incomplete, or its authority unknown", _FULL_CHAIN),
}


def tls(host: str, port: int) -> Iterator[Finding]:
    """Shake hands a few times; the last finding is a problem where nothing trusts what is there."""
    try:
        left = _trusted(host, port)
    except ssl.SSLCertVerificationError as error:
        yield _distrusted(error, host)
    except (OSError, ValueError) as error:
        yield Finding(
            PROBLEM, "TLS", f"no handshake with {host}:{port}: {_said(error)}", "see the log of the proxy there"
        )
        return
    else:
        days = int(left // _DAY)
        soon = (WARNING, "see why it was not renewed yet") if days < SOON else (OK, "")
        yield Finding(soon[0], "Certificate", f"trusted, complete, {days} days left", soon[1])
    if not _speaks(host, port, ssl.TLSVersion.TLSv1_2):
        yield Finding(
            PROBLEM, "TLS 1.2", "is not spoken: over Wi-Fi many watches know no other", "allow it at the proxy"
        )
    else:
        yield Finding(OK, "TLS 1.2", "is spoken, which watches need")
    if _speaks(host, port, ssl.TLSVersion.TLSv1_3):
        yield Finding(OK, "TLS 1.3", "is spoken")
    else:
        yield Finding(NOTE, "TLS 1.3", "is not spoken", "allow it at the proxy as well: it is faster over a phone")


def _trusted(host: str, port: int) -> float:
    """Give the seconds that a certificate is good for, as the system's trust store sees it."""
    context = ssl.create_default_context()
    with _connected(host, port) as plain, context.wrap_socket(plain, server_hostname=host) as sock:
        told = sock.getpeercert() or {}
        until = ssl.cert_time_to_seconds(str(told["notAfter"])) if "notAfter" in told else 0.0
        return until - time.time()


def _distrusted(error: ssl.SSLCertVerificationError, host: str) -> Finding:
    if error.verify_code in _OTHER_HOST:
        return Finding(PROBLEM, "Certificate", f"is not of {host}", "let SYNC_BASE_URL have the certificate's name")
    known = _REASONS.get(error.verify_code)
    if known is None:
        return Finding(PROBLEM, "Certificate", f"nobody trusts it: {error.verify_message}", "get a new one")
    return Finding(PROBLEM, "Certificate", *known)


def _speaks(host: str, port: int, version: ssl.TLSVersion) -> bool:
    """Say whether a server speaks one version of TLS; whom it belongs to is not asked here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    try:
        with _connected(host, port) as plain, context.wrap_socket(plain, server_hostname=host):
            return True
    except OSError:
        return False


def _connected(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port), PATIENCE)


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"not within {PATIENCE:.0f} s"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
