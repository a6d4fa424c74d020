"""Over TLS: with a certificate that the system trusts, and with others."""

import json
import ssl
import subprocess
from pathlib import Path

import pytest

from gateway.client import Client, Dropped, NotTrusted, Patience
from tests.pyclient.servers import Scripted, says, scripted

FILE = {"id": "i", "path": "/a", "version": 1, "size": 1, "sha256": "0", "time": 1}
STATUS = says(200, b'{"ok":true,"cursor":"c"}')
STORED = says(201, json.dumps({"ok": True, "file": FILE, "same": False}).encode())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of ``localhost`` in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate)
    return made


def address(server: Scripted, host: str = "localhost") -> str:
    return server.url.replace("http://127.0.0.1", f"https://{host}")


def test_one_connection_carries_it_all(
    certificate: Path, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, patience: Patience, pauses: list[float]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answers = [STATUS, STORED, STATUS]
    with scripted(*answers, context=context) as server, Client(address(server), "wg_x", patience=patience) as client:
        assert client.status().cursor == "c"
        assert client.upload(bytes(300_000), to="/a").path == "/a"
        assert client.status().cursor == "c"
        assert (server.connections, pauses) == (1, [])


def test_a_certificate_that_nobody_trusts(context: ssl.SSLContext, patience: Patience, pauses: list[float]) -> None:
    with scripted(STATUS, context=context) as server, Client(address(server), "wg_x", patience=patience) as client:
        with pytest.raises(NotTrusted, match="is not trusted"):
            client.status()
        assert (server.heads, pauses) == ([], [])


def test_a_certificate_of_another_host(
    certificate: Path, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with scripted(STATUS, context=context) as server, Client(address(server, "127.0.0.1"), "wg_x") as client:
        with pytest.raises(NotTrusted, match="IP address mismatch"):
            client.status()
        assert server.heads == []


def test_a_server_without_tls(patience: Patience) -> None:
    with scripted() as server, Client(address(server), "wg_x", patience=patience) as client:
        server.talk = lambda _, sock: sock.sendall(STATUS)  # type: ignore[method-assign]
        with pytest.raises(Dropped, match="cannot be reached"):
            client.status()
        assert server.heads == []
