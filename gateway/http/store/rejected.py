"""``rejected``: what validation refused, with the reason."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from gateway.errors import GatewayError
from gateway.http.fields import query_cursor
from gateway.http.request import Request, Response
from gateway.http.store.paging import size_of_page
from gateway.http.store.sending import attach, pour
from gateway.http.store.upload import answer_one
from gateway.http.work import Work
from gateway.model import Rejection, Scope
from gateway.service.rejections import Rejections

PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class RejectedList:
    """Refused uploads."""

    scopes: ClassVar = {"GET": Scope.READ}

    rejections: Rejections
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page, newest first."""
        limit = size_of_page(req, PAGE)
        found = await self.work.read(self.rejections.page, req.context.access, limit + 1, query_cursor(req))
        body: dict[str, Any] = {"ok": True, "rejected": list(map(_told, found[:limit]))}
        if len(found) > limit:
            body["cursor"] = f"{found[limit - 1].time}.{found[limit - 1].id}"
        resp.media = body


@dataclass(frozen=True, slots=True)
class RejectedDownload:
    """The bytes of a refused upload."""

    scopes: ClassVar = {"GET": Scope.READ}

    rejections: Rejections
    work: Work

    async def on_get(self, req: Request, resp: Response, rejected_id: str) -> None:
        """Give them as they came, as a file to be kept and not to be shown."""
        opened = await self.work.read(self.rejections.open, req.context.access, rejected_id)
        attach(resp, opened.rejection.name, None)
        resp.set_header("X-Content-SHA256", opened.rejection.sha256.hex())
        resp.set_header("Accept-Ranges", "none")
        pour(req, resp, opened.source, 0, opened.rejection.size, self.work)


@dataclass(frozen=True, slots=True)
class RejectedRetry:
    """Another try."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    rejections: Rejections
    work: Work

    async def on_post(self, req: Request, resp: Response, rejected_id: str) -> None:
        """Check it again; a correct file is in the tree when this is answered."""
        outcome = await self.work.write(self.rejections.retry, req.context.access, rejected_id)
        if isinstance(outcome, GatewayError):
            raise outcome
        answer_one(resp, outcome)


def _told(rejection: Rejection) -> dict[str, Any]:
    sender = {"device": rejection.device} if rejection.device else {}
    return {
        "id": rejection.id, "name": rejection.name, "size": rejection.size, "sha256": rejection.sha256.hex(),
        "error": rejection.error, "m": rejection.message, "time": rejection.time, **sender,
    }  # fmt: skip
