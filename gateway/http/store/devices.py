"""``devices``: a user's phones, computers and watches."""

from dataclasses import dataclass
from typing import Any, ClassVar

from gateway.http.body import Bodies
from gateway.http.fields import text, texts
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import Access, PairedDevice, Scope
from gateway.service.devices import Devices


@dataclass(frozen=True, slots=True)
class DeviceList:
    """All of a user's devices."""

    scopes: ClassVar = {"GET": Scope.ACCOUNT}

    devices: Devices
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List those that are not revoked."""
        access = req.context.access
        devices = await self.work.read(self.devices.mine, access)
        resp.media = {"ok": True, "devices": [_told(device, access) for device in devices]}


@dataclass(frozen=True, slots=True)
class OneDevice:
    """One of a user's devices."""

    scopes: ClassVar = {"POST": Scope.ACCOUNT, "DELETE": Scope.ACCOUNT}

    devices: Devices
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response, device_id: str) -> None:
        """Rename it, set its folders."""
        access = req.context.access
        async with self.bodies.json(req) as body:
            name, folders = text(body, "name"), texts(body, "folders")
        device = await self.work.write(self.devices.describe, device_id, access, name, folders)
        resp.media = {"ok": True, **_told(device, access)}

    async def on_delete(self, req: Request, resp: Response, device_id: str) -> None:
        """Shut it out."""
        await self.work.write(self.devices.revoke, device_id, req.context.access)
        resp.media = {"ok": True}


def _told(device: PairedDevice, access: Access) -> dict[str, Any]:
    own = access.device is not None and access.device.id == device.id
    return {
        "id": device.id, "name": device.name, "type": device.type, "app": device.app,
        "last_seen": device.last_seen, "last_sync": device.last_sync, "folders": device.folders,
        "files": device.sent, **({"current": True} if own else {}),
    }  # fmt: skip
