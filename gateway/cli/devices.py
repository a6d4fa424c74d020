"""``wristgate pair``, ``devices``, ``device show``, ``rename``, ``revoke``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import fail, gateway
from gateway.cli.tables import lately, moment, pairs, show
from gateway.wording import counted

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.model import PairedDevice


@click.command()
@click.argument("code")
@click.option("--user", "email", metavar="EMAIL", help="Whose device it is; without it the owner's.")
@click.option("--json", "as_json", is_flag=True, help="Print the device as JSON.")
def pair(code: str, email: str | None, *, as_json: bool) -> None:
    """Confirm the device that shows CODE.

    \b
    Examples:
      wristgate pair K7QM-2PXD
      wristgate pair K7QM-2PXD --user ana@example.com
    """  # noqa: D301
    from gateway.auth.tokens import clean_code  # noqa: PLC0415

    cleaned = clean_code(code)
    if cleaned is None:
        fail(f"{code!r} is no pairing code: those have 8 letters and digits, like K7QM-2PXD", 2)
    with gateway() as opened:
        user = opened.accounts.find(email)
        device = opened.store.write(opened.pairings.confirm(user, cleaned)).result()
    if as_json:
        print_json(_told(device))
        return
    click.echo(f"Paired {device.name} ({device.id}). It goes on by itself within some seconds.")


_JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")


@click.command()
@_JSON
def devices(*, as_json: bool) -> None:
    """List the devices that are paired or have signed in, with their last sync and what waits for them.

    \b
    Examples:
      wristgate devices
      wristgate devices --json
    """  # noqa: D301
    _list(as_json=as_json)


@click.group()
def device() -> None:
    """Act on one device, by its name or id."""


@device.command("list")
@_JSON
def list_devices(*, as_json: bool) -> None:
    """List devices, as `wristgate devices` does."""
    _list(as_json=as_json)


@device.command("show")
@click.argument("name", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def show_device(name: str, *, as_json: bool) -> None:
    """Show all that is known of a device.

    \b
    Example:
      wristgate device show "fenix 7"
    """  # noqa: D301
    with gateway() as opened:
        found = opened.devices.called(name)
        pending, owner = opened.deliveries.pending(found), opened.accounts.name(found.user)
    if as_json:
        print_json(_told(found) | {"pending": pending, "user": owner})
        return
    pairs([
        ("Name", found.name), ("Id", found.id), ("Type", found.type), ("Of", owner), ("Calls itself", found.ident),
        ("App", found.app or "-"), ("Gets", ", ".join(found.folders) or "nothing"),
        ("Waiting", counted(pending, "file")), ("Sent", counted(found.sent, "file")),
        ("Last sync", moment(found.last_sync)), ("Last seen", moment(found.last_seen)),
        ("Since", moment(found.created)),
    ])  # fmt: skip


@device.command()
@click.argument("name", metavar="NAME")
@click.argument("new", metavar="NEW")
def rename(name: str, new: str) -> None:
    """Give the device NAME another name; its document of settings is then /config/NEW.json.

    \b
    Example:
      wristgate device rename "fenix 7" "blue fenix"
    """  # noqa: D301
    with gateway() as opened:
        found = _acted(opened, name, lambda each, access: opened.devices.describe(each, access, new, None))
    click.echo(f"{name} is called {found.name} now.")


@device.command()
@click.argument("name", metavar="NAME")
def revoke(name: str) -> None:
    """Shut the device with this name or id out at once; what it sent stays.

    \b
    Examples:
      wristgate device revoke "fenix 7"
      wristgate device revoke k3v7zq2mxa5d
    """  # noqa: D301
    with gateway() as opened:
        found = opened.store.write(opened.devices.revoke(opened.devices.called(name).id)).result()
    click.echo(f"Revoked {found.name} ({found.id}). Its files stay.")


def _acted(opened: "Gateway", name: str, act: "Callable[[str, Any], Any]") -> "PairedDevice":
    """Do something to a device in the name of its user."""
    from gateway.service.access import by_command  # noqa: PLC0415

    found = opened.devices.called(name)
    owner = opened.accounts.by_id(found.user)
    done: PairedDevice = opened.store.write(act(found.id, by_command(owner))).result()
    return done


def _list(*, as_json: bool) -> None:
    with gateway() as opened:
        rows = [(device, opened.deliveries.pending(device)) for device in opened.devices.all()]
        users = {device.user: opened.accounts.name(device.user) for device, _ in rows}
    if as_json:
        print_json([_told(device) | {"pending": pending, "user": users[device.user]} for device, pending in rows])
        return
    if not rows:
        click.echo("No device is paired. Start the pairing on the watch, then: wristgate pair CODE", err=True)
        return
    show(
        ("Id", "Name", "Type", "Last seen", "Last sync", "Sent", "Waiting"),
        [
            (
                device.id, device.name, device.type, lately(device.last_seen), lately(device.last_sync),
                str(device.sent), str(pending),
            )
            for device, pending in rows
        ],
        right=("Sent", "Waiting"),
        fold=("Name",),
        drop=("Type", "Sent"),
    )  # fmt: skip


def _told(device: "PairedDevice") -> dict[str, object]:
    return {
        "id": device.id, "name": device.name, "type": device.type, "ident": device.ident, "app": device.app,
        "folders": device.folders, "created": device.created, "last_seen": device.last_seen,
        "last_sync": device.last_sync, "sent": device.sent,
    }  # fmt: skip
