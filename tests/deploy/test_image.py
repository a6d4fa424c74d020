"""What the image promises, without Docker: the gateway writes to its data and to /tmp alone, and tells its health."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.dockerfile import DOCKERFILE, USER, copied, data_folder, entry, healthcheck, listening
from tests.deploy.proxies import DEPLOY
from tests.e2e.client import pair
from tests.e2e.content import small
from tests.e2e.program import ROOT, Program, free_port, wait_until

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec "$@"'
IMAGE = DEPLOY / "image"


def healthy(port: int) -> int:
    environment = {"PATH": os.environ["PATH"], "SYNC_LISTEN_ADDR": f"0.0.0.0:{port}"}
    return subprocess.run([IMAGE / "wristgate-healthy"], env=environment, capture_output=True, check=False).returncode


def test_it_runs_where_everything_else_is_read_only(tmp_path: Path) -> None:
    prefix = ("unshare", "--mount", "sh", "-c", READ_ONLY, str(tmp_path))
    tried = [*prefix, "sh", "-c", "! touch /read-only && ! touch /tmp/read-only"]
    if subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("a read-only system is tried by root alone, where it may mount")
    (tmp_path / "tmp").mkdir()
    settings = {"TMPDIR": str(tmp_path / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    program = Program(tmp_path, settings, prefix=prefix).start()
    try:
        with pair(program) as watch:
            sent = watch.upload("run.fit", small(1)).value
            assert watch.value("GET", "status")["up"] == 1
        assert program.command("get", "/activities/run.fit") == small(1), sent
        assert healthy(program.port) == 0
        program.stop()
        assert healthy(program.port) != 0
    finally:
        program.end()


def test_a_gateway_that_cannot_store_is_not_healthy(tmp_path: Path) -> None:
    program = Program(tmp_path).start()
    try:
        assert healthy(program.port) == 0
        with program.unwritable():
            wait_until(lambda: healthy(program.port) != 0, "the health check sees it")
    finally:
        program.end()


def test_nobody_there() -> None:
    assert healthy(free_port()) != 0


@pytest.mark.parametrize(("given", "passed_on"), [("", "from the file"), ("mine", "mine")])
def test_a_passphrase_may_come_as_a_file(tmp_path: Path, given: str, passed_on: str) -> None:
    """The command of the image, with its two fixed paths put elsewhere."""
    (tmp_path / "secret").write_text("from the file\n")
    (tmp_path / "program").write_text('#!/bin/sh\necho "$SYNC_BACKUP_PASSPHRASE, $*"\n')
    (tmp_path / "program").chmod(0o755)
    script = (IMAGE / "wristgate").read_text()
    for fixed, own in (("/run/secrets/backup_passphrase", "secret"), ("/opt/wristgate/bin/wristgate", "program")):
        assert fixed in script
        script = script.replace(fixed, str(tmp_path / own))
    done = subprocess.run(
        ["sh", "-c", script, "wristgate", "serve", "a b"],
        env={"SYNC_BACKUP_PASSPHRASE": given, "PATH": "/bin:/usr/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"{passed_on}, serve a b\n"


def test_the_dockerfile_copies_what_is_there_and_not_ignored() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    allowed = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    assert rules[0] == "*"
    assert sorted(copied()) == sorted(allowed)
    assert all((ROOT / source).exists() for source in copied())


def test_the_dockerfile_keeps_to_hashes_and_to_a_plain_user() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert f"\nUSER {USER}:{USER}\n" in DOCKERFILE
    assert f"useradd --uid {USER} " in DOCKERFILE
    assert f"EXPOSE {listening()}" in DOCKERFILE
    assert f"VOLUME {data_folder()}" in DOCKERFILE
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert not re.search("gcc|build-essential|python3-dev|-venv", last)


def test_what_the_image_runs_is_executable() -> None:
    for name in (*healthcheck(), entry()):
        assert (IMAGE / name).stat().st_mode & stat.S_IXOTH
    assert re.findall(r"^COPY --from=build (\S+)", DOCKERFILE, re.MULTILINE) == ["/opt/wristgate"]
