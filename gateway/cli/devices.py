"""``wristgate pair``, ``devices``, ``device revoke``."""

from typing import TYPE_CHECKING

import click

from gateway.cli.context import fail, gateway
from gateway.cli.tables import moment, show

if TYPE_CHECKING:
    from gateway.model import PairedDevice


@click.command()
@click.argument("code")
@click.option("--user", "email", metavar="EMAIL", help="Whose device it is; without it the owner's.")
def pair(code: str, email: str | None) -> None:
    """Confirm the device that shows CODE.

    \b
    Example:
      wristgate pair K7QM-2PXD
    """  # noqa: D301
    from gateway.auth.tokens import clean_code  # noqa: PLC0415

    cleaned = clean_code(code)
    if cleaned is None:
        fail(f"{code!r} is no pairing code: those have 8 letters and digits, like K7QM-2PXD", 2)
    with gateway() as opened:
        user = opened.accounts.find(email)
        device = opened.store.write(opened.pairings.confirm(user, cleaned)).result()
    click.echo(f"Paired {device.name} ({device.id}). It goes on by itself within some seconds.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def devices(*, as_json: bool) -> None:
    """List the paired devices."""
    with gateway() as opened:
        rows = [(device, opened.deliveries.status(device)) for device in opened.devices.all()]
    if as_json:
        import orjson  # noqa: PLC0415

        click.echo(orjson.dumps([_told(device) | {"pending": status.pending} for device, status in rows]))
        return
    if not rows:
        click.echo("No device is paired. Start the pairing on the watch, then: wristgate pair CODE", err=True)
        return
    show(
        ("Id", "Name", "Type", "Last seen", "Last sync", "Sent", "Waiting"),
        [
            (
                device.id, device.name, device.type, moment(device.last_seen), moment(device.last_sync),
                str(device.sent), str(status.pending),
            )
            for device, status in rows
        ],
        right=("Sent", "Waiting"),
    )  # fmt: skip


@click.group()
def device() -> None:
    """Act on one device."""


@device.command()
@click.argument("device_id", metavar="ID")
def revoke(device_id: str) -> None:
    """Shut the device with this ID out at once; what it sent stays.

    \b
    Example:
      wristgate device revoke k3v7zq2mxa5d
    """  # noqa: D301
    with gateway() as opened:
        found = opened.store.write(opened.devices.revoke(device_id)).result()
    click.echo(f"Revoked {found.name} ({found.id}). Its files stay.")


def _told(device: "PairedDevice") -> dict[str, object]:
    return {
        "id": device.id, "name": device.name, "type": device.type, "ident": device.ident, "app": device.app,
        "folders": device.folders, "created": device.created, "last_seen": device.last_seen,
        "last_sync": device.last_sync, "sent": device.sent,
    }  # fmt: skip
