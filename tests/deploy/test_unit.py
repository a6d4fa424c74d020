"""The unit: what systemd thinks of it, and whether it names what ``install.sh`` makes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.proxies import DEPLOY

UNIT = DEPLOY / "wristgate.service"
EXPOSURE = 20
"""In tenths; what is left is the network, and system calls of the conversions."""

analysed = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing")


def analyse(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@analysed
def test_systemd_understands_it(tmp_path: Path) -> None:
    """The program is not installed here."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/wristgate/.venv/bin/wristgate", "/bin/true"))
    told = analyse("verify", "--man=no", str(copy))
    assert (told.returncode, told.stderr) == (0, "")


@analysed
def test_it_has_little_power() -> None:
    told = analyse("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(UNIT))
    assert told.returncode == 0, told.stdout + told.stderr


def test_it_runs_what_is_installed() -> None:
    names = dict(re.findall(r"^([A-Z_]+)=(/\S+)$", (DEPLOY / "install.sh").read_text(), re.MULTILINE))
    unit = dict(re.findall(r"^([A-Za-z]+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert unit["ExecStart"] == f"{names['HOME_DIR']}/.venv/bin/wristgate serve"
    assert unit["EnvironmentFile"] == names["SETTINGS"]
    assert f"/var/lib/{unit['StateDirectory']}" == names["DATA"]
    assert f"SYNC_DATA_DIR={names['DATA']}\n" in (DEPLOY / "wristgate.env").read_text()
    command = (DEPLOY / "wristgate").read_text()
    assert f"done <{names['SETTINGS']}\n" in command
    assert f"runuser -u {unit['User']} -- {unit['ExecStart'].removesuffix(' serve')} " in command
