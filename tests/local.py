"""A real gateway whose operator works in the tests' own process, where a command takes milliseconds.

For tests of something else than commands, which need one to pair a watch, make a key or put a file there.
"""

import threading
from typing import Final

from click.testing import CliRunner

from gateway.cli import main
from gateway.simwatch.localgateway import GatewayFailed, LocalGateway

_ONE: Final = threading.Lock()  # a command has the process's standard streams and environment


class Local(LocalGateway):
    """``LocalGateway`` with commands that start no interpreter."""

    def command(self, *arguments: str) -> bytes:
        settings = {name: value for name, value in self.environment.items() if name.startswith("SYNC_")}
        with _ONE:
            done = CliRunner().invoke(main, arguments, env=settings, catch_exceptions=False)
        if done.exit_code:
            raise GatewayFailed(f"wristgate {arguments[0]} exited {done.exit_code}: {done.stderr.strip()}")
        return done.stdout_bytes
