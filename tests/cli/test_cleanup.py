"""``wristgate cleanup`` beside a real gateway."""

import json
import os
import pty
import subprocess
import sys

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_config import run
from tests.client import Api


def cleanup(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run("cleanup", *words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


def test_what_would_go_is_listed_and_then_goes(gateway: LocalGateway, device: Api) -> None:
    bad = b"<gpx><trk>"
    assert device.upload("bad.gpx", bad).status == 422
    assert cleanup(gateway).stderr == "Removed nothing.\n"
    assert cleanup(gateway, "--older-than", "1h", "--dry-run").stdout == ""

    gateway.command("refused")  # it is there
    age = ("--older-than", "0m")
    while not (listed := json.loads(cleanup(gateway, *age, "--dry-run", "--json").stdout))["items"]:
        pass  # until it is a second old
    [item] = listed["items"]
    assert (item["kind"], item["path"], item["version"], item["size"]) == ("refused", "bad.gpx", None, len(bad))
    assert (listed["dry_run"], listed["freed"]) == (True, len(bad))

    dry = cleanup(gateway, *age, "--dry-run")
    path, version, _, size, why = dry.stdout.rstrip("\n").split("\t")
    assert (path, version, size, why) == ("bad.gpx", "-", "10 bytes", "was refused")
    assert dry.stderr == "Would remove 1 refused upload: 10 bytes.\n"
    done = cleanup(gateway, *age)
    assert (done.stdout, done.stderr) == (dry.stdout, "Removed 1 refused upload: 10 bytes.\n")
    assert json.loads(cleanup(gateway, *age, "--json").stdout) == {"dry_run": False, "freed": 0, "items": []}
    assert device.get("status").status == 200


@pytest.mark.parametrize("age", ["30", "d", "-1d", "1y", "1.5d", "\u0663d", ""])
def test_a_wrong_age_is_explained(age: str) -> None:
    done = run("cleanup", "--older-than", age)
    assert done.returncode == 2
    assert "is no age; write 30d, 12h or 2w" in done.stderr


def test_the_help_has_examples() -> None:
    text = run("cleanup", "--help").stdout
    assert "wristgate cleanup --older-than 30d" in text
    assert "wristgate cleanup --dry-run" in text


def test_on_a_terminal_there_is_a_heading(gateway: LocalGateway, device: Api) -> None:
    assert device.upload("worse.gpx", b"<gpx><rte>").status == 422
    text = ""
    while "worse.gpx" not in text:
        text = on_terminal(gateway, "cleanup", "--older-than", "0m", "--dry-run")
    assert "Path" in text
    assert "Why" in text


def on_terminal(gateway: LocalGateway, *words: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", *words], env=gateway.environment | {"COLUMNS": "120", "TERM": "xterm"},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the other end is closed
            pass
        finally:
            os.close(ours)
        assert process.wait(30) == 0
    return text.decode()
