"""What can be said of the widget without a gateway: static checks, its own (:test) functions, the simulator's tests."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.connectiq.simulator import JUNGLE, NODE, ROOT, WIDGETSIM

SIMULATOR = WIDGETSIM.parents[1]
SECONDS = 300


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """Give the output of a command that must exit 0."""
    environment = os.environ | {"PATH": f"{Path(NODE).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments", [("check",), ("test",), ("size", "--check")], ids=["checks", "test-functions", "sizes"]
)
def test_the_widget_passes(arguments: tuple[str, ...]) -> None:
    run(NODE, WIDGETSIM, *arguments, "--jungle", JUNGLE)


def test_the_simulators_own_tests_pass() -> None:
    run("npm", "run", "--silent", "test", folder=SIMULATOR)


def test_without_the_sdk_its_script_says_so() -> None:
    script = SIMULATOR / "with-sdk.sh"
    done = subprocess.run([script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:7]) == (77, "not run")
