"""A certificate as a public one is: signed by an intermediate, whose root alone the clients know."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "sync.example.com"
AUTHORITY = "basicConstraints=critical,CA:true"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: what the clients trust, what the server sends, and its key."""

    root: Path
    chain: Path
    key: Path


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)


def _sign(folder: Path, name: str, extension: str, by: str | None) -> None:
    signer = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key"] if by else []
    _openssl(
        folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-addext", extension, *signer,
    )  # fmt: skip


def certify(folder: Path) -> Certificate:
    """Make the three certificates."""
    _sign(folder, "root", AUTHORITY, None)
    _sign(folder, "middle", AUTHORITY, "root")
    _sign(folder, "site", f"subjectAltName=DNS:{NAME}", "middle")
    chain = folder / "chain.pem"
    chain.write_bytes((folder / "site.pem").read_bytes() + (folder / "middle.pem").read_bytes())
    return Certificate(folder / "root.pem", chain, folder / "site.key")
