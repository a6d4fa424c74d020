"""``wristgate serve``: the gateway itself."""

import fcntl
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.context import ADDRESS, command_name, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Address, Config

LOCK_PATIENCE: Final = 5.0  # seconds for a predecessor that was killed to let go


@click.command()
def serve() -> None:
    """Start the gateway and keep it running until SIGTERM or Ctrl-C.

    \b
    Examples:
      wristgate serve
      SYNC_LISTEN_ADDR=0.0.0.0:8080 SYNC_BASE_URL=https://sync.example.com wristgate serve
    """  # noqa: D301
    from gateway import agent  # noqa: PLC0415
    from gateway.app import create_app  # noqa: PLC0415
    from gateway.cli import loglines  # noqa: PLC0415
    from gateway.config import Address  # noqa: PLC0415
    from gateway.lifespan import freeze  # noqa: PLC0415
    from gateway.server import ServerSettings  # noqa: PLC0415
    from gateway.server import serve as run  # noqa: PLC0415

    config = read_config()
    loglines.set_up(config)
    _make_folder(config)
    lock = _lock(config.data_dir)
    loglines.keep(config)
    link = _prepare(config)

    def load() -> Any:
        app = create_app(config)
        freeze()
        return app

    settings = ServerSettings(
        host=config.listen_addr.host, port=config.listen_addr.port, workers=config.workers,
        shutdown_timeout=config.shutdown_timeout, head_timeout=config.head_timeout,
        max_connections=config.max_connections,
    )  # fmt: skip
    code = run(
        settings,
        load,
        lambda bound: _greet(config, Address(*bound), link, lock),
        lambda wait: agent.run(config, wait),
    )
    os.close(lock)
    sys.exit(code)


def _prepare(config: "Config") -> str | None:
    """Create or upgrade the data folder; gives the secret of a sign-in link while the owner has no password."""
    from gateway.assembly import Gateway  # noqa: PLC0415
    from gateway.errors import Busy, GatewayError  # noqa: PLC0415
    from gateway.service.provenance import recognise  # noqa: PLC0415

    gateway = Gateway(config, polite=True)
    owner, link = None, None
    try:
        owner = gateway.open()
        if recognise(gateway.store, config.data_dir, int(time.time())):
            click.echo("The database was restored or replaced: all devices compare anew what they have.")
        if not owner.email:
            link = gateway.store.write(gateway.accounts.link(owner)).result()
    except Busy as error:
        if owner is None:
            fail(error.message)
        click.echo(f"wristgate: {error.message}; started all the same, for reading", err=True)
    except GatewayError as error:
        fail(error.message)
    finally:
        gateway.store.close()
    return link


def _make_folder(config: "Config") -> None:
    """Make what the gateway needs before its database: upgrading comes only after the lock."""
    from gateway.assembly import make_folder  # noqa: PLC0415
    from gateway.errors import GatewayError  # noqa: PLC0415

    if config.ready_file and not config.ready_file.absolute().parent.is_dir():
        fail(f"SYNC_READY_FILE {config.ready_file}: there is no such folder")
    try:
        make_folder(config.data_dir)
    except GatewayError as error:
        fail(error.message)


def _lock(folder: Path) -> int:
    """Make sure that no other gateway serves this data folder; the lock goes with the process."""
    try:
        handle = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        fail(f"SYNC_DATA_DIR {folder} cannot be used: {error.strerror}")
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                fail(f"another gateway runs on {folder}: stop it, or set SYNC_DATA_DIR to another folder")
            time.sleep(0.05)
        else:
            with suppress(OSError):
                os.ftruncate(handle, 0)  # where a predecessor listened
            return handle


def _greet(config: "Config", bound: "Address", link: str | None, lock: int) -> None:
    """Say where the gateway is and what to do next."""
    base = config.base_url or f"http://{reachable(bound)}"
    with suppress(OSError):  # a full disk; the notes are for links and wristgate status only
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"http://{bound}\n".encode(), 0)
        write_whole(config.data_dir / ADDRESS, f"{base}\n")
    if config.ready_file:
        write_whole(config.ready_file, f"http://{bound}\n")
    command = command_name()
    click.echo(f"Wristgate is listening on http://{bound}, files are in {config.data_dir.resolve()}")
    if link:
        click.echo(f"\nSign in, once, within 15 minutes:\n  {base}/signin?link={link}")
        click.echo(f"Later, or on a machine without a browser: {command} signin-link")
    else:
        click.echo(f"Sign in:  {base}/signin, or with a link: {command} signin-link")
    click.echo(
        "\nNext: start the pairing on your watch and type its code at"
        f"\n  {base}/pair\nor here: {command} pair CODE"
        f"\nSee it work without a watch: {command} demo"
        "\nStop with Ctrl-C."
    )
    sys.stdout.flush()


def reachable(bound: "Address") -> "Address":
    """Give an address that can be typed elsewhere, where the gateway listens on all."""
    return replace(bound, host=socket.gethostname()) if bound.host in {"0.0.0.0", "::"} else bound  # noqa: S104


def write_whole(path: Path, text: str) -> None:
    """Write a file that others look at: they see all of it or none."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(text)
    temporary.replace(path)
