"""S3-compatible storage on this machine, as the tests' registries have it.

``moto`` knows Amazon's rules for ranges, conditions and parts, and believes every signature. ``rclone serve s3`` checks
signatures, and knows no conditions. Neither proves what a real one does under load, or when it fails in the middle.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

from tests.e2e.program import free_port, wait_until

KEY, SECRET = "AKIAWRISTGATETESTS00", "a secret of the tests' own"


@dataclass(frozen=True)
class Storage:
    """Where a bucket is, as the variables that programs read say it."""

    endpoint: str
    bucket: str

    @property
    def where(self) -> str:
        return f"s3://{self.bucket}/some/prefix"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }  # fmt: skip


@contextmanager
def moto() -> Iterator[Storage]:
    """Run moto in a thread."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        storage = Storage(f"http://{host}:{port}", "backups")
        with urlopen(Request(f"{storage.endpoint}/{storage.bucket}", method="PUT")):
            yield storage
    finally:
        server.stop()


@contextmanager
def rclone(folder: Path) -> Iterator[Storage]:
    """Run rclone over a folder."""
    (folder / "backups").mkdir(parents=True)
    storage = Storage(f"http://127.0.0.1:{free_port()}", "backups")
    line = [
        str(Path(sys.executable).parent / "rclone"), "serve", "s3", "--addr", storage.endpoint.removeprefix("http://"),
        "--auth-key", f"{KEY},{SECRET}", "--config", str(folder / "none.conf"), str(folder),
    ]  # fmt: skip
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(storage.endpoint), "rclone answers")
            yield storage
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        urlopen(url, timeout=5).close()
    except HTTPError:
        return True
    except URLError:
        return False
    return True
