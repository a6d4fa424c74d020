"""``wristgate demo``: the simulated watch against a real gateway, its own or one that runs already."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from gateway.simwatch.story import Story

_LOCAL = ("127.0.0.1", "::1", "localhost")
_WIDTH = 80


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", help="A gateway that runs already; without it the demo starts one in a temporary folder.")
def demo(file: Path | None, url: str | None) -> None:
    """Let a simulated watch pair, send FILE over a bad link and fetch a route.

    FILE is a FIT, GPX, TCX or JSON file; without it a bundled run is sent. Exits 0 only when every step held.
    """
    from rich.console import Console  # noqa: PLC0415 - as all imports here: other commands should not wait for them

    from gateway.simwatch import WatchError  # noqa: PLC0415
    from gateway.simwatch.localgateway import GatewayFailed  # noqa: PLC0415
    from gateway.simwatch.story import StepFailed, Story  # noqa: PLC0415

    story = Story(Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH))
    try:
        _play(story, file, url)
    except (StepFailed, WatchError, GatewayFailed) as failure:
        story.fail(failure, _advice(failure, url))
        sys.exit(1)
    story.end(stays=url is not None)


def _play(story: "Story", file: Path | None, url: str | None) -> None:
    from gateway.simwatch.localgateway import LocalGateway, command  # noqa: PLC0415
    from gateway.simwatch.sample import RUN_FILE  # noqa: PLC0415

    if url:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise click.BadParameter("it takes an address like http://127.0.0.1:8080", param_hint="--url")
        commands = (lambda *words: command(words)) if urlsplit(url).hostname in _LOCAL else None
        story.all_steps(url, commands, file or RUN_FILE)
        return
    with LocalGateway() as own:
        story.all_steps(own.url, own.command, file or RUN_FILE)
        story.title = "Stop the gateway"
    story.held("the gateway ended on SIGTERM with exit code 0")


def _advice(failure: Exception, url: str | None) -> str:
    if "refused" in str(failure):
        return "A watch may send FIT, GPX, TCX and JSON files of up to 100 KB; try another one."
    if url is None:
        return "Run `wristgate serve` by itself to see what it says, and report this if it should have worked."
    return f"See that the gateway at {url} runs and that SYNC_DATA_DIR is its folder, then try again."
