"""What commands share: settings from the environment, an open gateway, errors as one sentence."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from gateway.config import Config, ConfigError, unknown
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.app import Gateway

T = TypeVar("T")


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with a sentence on standard error."""
    click.echo(f"wristgate: {message}", err=True)
    sys.exit(code)


def read_config() -> Config:
    """Read the settings; a wrong value ends the command with exit code 2."""
    try:
        config = Config.from_env(os.environ)
    except ConfigError as error:
        fail(str(error), 2)
    for name in unknown(os.environ):
        click.echo(f"wristgate: {name} is no setting of this gateway, see: wristgate config", err=True)
    return config


@contextmanager
def gateway(*, create: bool = False) -> Iterator["Gateway"]:
    """Open the data folder beside a running gateway; what goes wrong becomes a sentence and exit code 1.

    Only commands that put something in ``create`` a data folder: the others would hide a wrong SYNC_DATA_DIR.
    """
    from gateway.app import Gateway  # noqa: PLC0415  the web framework is not needed to show a help text

    config = read_config()
    opened = Gateway(config, polite=True)
    if not create and not opened.store.exists():
        fail(f"there is no gateway's data in {config.data_dir}: set SYNC_DATA_DIR, or start one: wristgate serve")
    try:
        opened.open()
        yield opened
    except GatewayError as error:
        fail(error.message)
    finally:
        opened.store.close()
