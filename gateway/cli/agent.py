"""``wristgate agent``: the chores alone, without the web server."""

from typing import Final

import click

from gateway.cli.context import fail, gateway, read_config

ONCE: Final = 0.02  # seconds between two transactions


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
def agent(*, once: bool) -> None:
    """Do what is due now and then: forget what is over, try refused files again, clean up, look after the drop folder.

    `wristgate serve` does this by itself; this is for a gateway that is not always on. It ends with SIGTERM or Ctrl-C.

    \b
    Examples:
      wristgate agent --once
      wristgate agent
    """  # noqa: D301
    from gateway.agent import Agent, lock, name_process  # noqa: PLC0415
    from gateway.cli import loglines  # noqa: PLC0415
    from gateway.dropwatch import DropWatch, say  # noqa: PLC0415
    from gateway.server.sidecar import Ending  # noqa: PLC0415

    config = read_config()
    loglines.set_up(config)
    with gateway() as opened:
        if lock(config.data_dir) is None:
            fail(f"another agent works on {config.data_dir}; a running gateway has its own")
        loglines.keep(config)
        name_process()
        ending = Ending(config.shutdown_timeout)
        if once:
            Agent(opened, lambda seconds: ending.wait(min(seconds, ONCE))).round()
            if dropping := opened.dropping(say):
                DropWatch(dropping, ending.wait).once()
            click.echo("What was due is done; clean-up is due once a day, or with: wristgate cleanup")
        else:
            Agent(opened, ending.wait).work()
