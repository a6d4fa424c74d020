"""Certificates of our own: a root, an authority under it, and ``localhost`` under that."""

import subprocess
from pathlib import Path


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)


def _request(folder: Path, name: str, common: str) -> None:
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
    openssl(folder, "req", "-new", *key, "-out", f"{name}.csr", "-subj", f"/CN={common}")


def _sign(folder: Path, name: str, by: str, days: int, text: str) -> None:
    (folder / f"{name}.ext").write_text(text)
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-days", str(days),
        "-out", f"{name}.pem", "-extfile", f"{name}.ext", "-set_serial", str(abs(hash(name))),
    )  # fmt: skip


def make(folder: Path, days: int = 90) -> None:
    """Write ``root.pem``, ``full.pem`` (key and whole chain) and ``leaf.pem`` (key and certificate alone)."""
    authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
    _request(folder, "root", "root")
    (folder / "root.ext").write_text(authority)
    openssl(
        folder, "x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-days", "90", "-out", "root.pem",
        "-extfile", "root.ext",
    )  # fmt: skip
    _request(folder, "middle", "middle")
    _sign(folder, "middle", "root", 90, authority)
    _request(folder, "localhost", "localhost")
    _sign(folder, "localhost", "middle", days, "subjectAltName=DNS:localhost\n")
    key, own, middle = ((folder / name).read_text() for name in ("localhost.key", "localhost.pem", "middle.pem"))
    (folder / "full.pem").write_text(key + own + middle)
    (folder / "leaf.pem").write_text(key + own)
