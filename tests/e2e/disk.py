"""A small disk of the tests' own: a tmpfs in a private mount namespace, seen by nobody but who is put inside."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.e2e.program import ROOT, wait_until

BALLAST = "ballast"


class Disk:
    """The namespace lives as long as the ``sleep`` in it. An ordinary user gets a user namespace with it.

    ``prefix`` runs a command inside; ``outside`` is the disk as seen from the tests.
    """

    def __init__(self, mount: Path, size: str) -> None:
        self.mount = mount
        mount.mkdir()
        own = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
        script = f'mount -t tmpfs -o mode=700,size={size} wristgate "$0" && touch "$0/mounted" && exec sleep infinity'
        self._holder = subprocess.Popen(["unshare", *own, "--", "sh", "-c", script, mount], stderr=subprocess.PIPE)
        user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        self.prefix = ["nsenter", "-t", str(self._holder.pid), *user, "-m", "env", "-C", str(ROOT)]
        self.outside = Path(f"/proc/{self._holder.pid}/root{mount}")
        wait_until(lambda: self._holder.poll() is not None or self._mounted(), "the disk is mounted")
        if self._holder.poll() is not None:
            words = self._holder.communicate()[1].decode()
            pytest.skip(f"a mount namespace of one's own is not allowed here: {words}")

    def _mounted(self) -> bool:
        with contextlib.suppress(OSError):
            return (self.outside / "mounted").exists()
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._holder.kill()
        self._holder.communicate()

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*self.prefix, *command], capture_output=True, check=False)

    def remount(self, options: str) -> None:
        # the old options name the user as seen from outside, which is nobody in a user namespace
        anew = ("--options-source", "disable", "-t", "tmpfs", "-o", f"remount,{options}")
        done = self.run("mount", *anew, "wristgate", str(self.mount))
        assert done.returncode == 0, done.stderr

    def copy(self, name: str, target: Path) -> Path:
        """Take a folder out; SQLite does not find its way through ``outside``."""
        shutil.copytree(self.outside / name, target)
        return target

    def fill(self) -> None:
        """Take every byte that is left."""
        with (self.outside / BALLAST).open("ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                with contextlib.suppress(_NoSpace), _no_space():
                    while True:
                        file.write(b"\1" * size)
        assert os.statvfs(self.outside).f_bavail == 0

    def free(self, size: int | None = None) -> None:
        """Give ``size`` bytes back, or all that ``fill`` took."""
        ballast = self.outside / BALLAST
        if size is None:
            ballast.unlink()
        else:
            os.truncate(ballast, ballast.stat().st_size - size)


class _NoSpace(Exception):
    pass


@contextlib.contextmanager
def _no_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _NoSpace from None
