"""What all peers have in common: files come in as everywhere, the peer's wording goes out."""

from typing import ClassVar, Protocol

from gateway.errors import BadRequest, GatewayError
from gateway.formats.moments import iso
from gateway.http.arrivals import Arrivals, is_form
from gateway.http.errors import LONG_MESSAGE_BYTES, shorten
from gateway.http.request import Request, Response
from gateway.model import Scope, Stored
from gateway.service.intake import Named, Wish
from gateway.service.signin import Identity

Outcomes = list[Named]


class Wording(Protocol):
    """How the apps of a peer are spoken to; has no state. All that they send is a track, unless the wish says other.

    ``forms_only``: the peer takes other things than files in bodies that are no form.
    """

    forms_only: bool

    def wish(self, req: Request) -> Wish:
        """Give what is asked for a body, or for each file of a form."""

    def answer(self, outcomes: Outcomes) -> tuple[int, object]:
        """Give status and body for the files of a request, unless there was only one and that was not taken."""

    def error(self, error: GatewayError) -> dict[str, object]:
        """Tell why the only file was not taken, or the request not let in; the status is as everywhere."""


class Companion:
    """Takes files as a peer does."""

    scopes: ClassVar = {"POST": Scope.UPLOAD}
    query_key = True

    def __init__(self, wording: Wording, arrivals: Arrivals) -> None:
        self._wording = wording
        self._arrivals = arrivals
        self.told_error = wording.error

    async def on_post(self, req: Request, resp: Response) -> None:
        """Take a body, or the files of a form; each is on the disk when the answer says so."""
        if self._wording.forms_only and not is_form(req):
            raise BadRequest("send the file in a form (multipart/form-data), as the part: file")
        taken = await self._arrivals.take(req, self._wording.wish(req))
        outcomes: Outcomes = [("", taken)] if isinstance(taken, Stored) else taken
        if (fault := _fault(outcomes)) is not None:
            raise fault
        status, resp.media = self._wording.answer(outcomes)
        resp.status = str(status)


def _fault(outcomes: Outcomes) -> GatewayError | None:
    """Give why the only file of a request was not taken; what is said of the rest of its form says no more."""
    faults = [outcome for _, outcome in outcomes if isinstance(outcome, GatewayError)]
    files = sum(name != "" for name, _ in outcomes)
    return faults[0] if len(faults) == len(outcomes) and files <= 1 else None


def stored(outcomes: Outcomes) -> list[Stored]:
    """Give what was taken."""
    return [outcome for _, outcome in outcomes if isinstance(outcome, Stored)]


def refusals(outcomes: Outcomes) -> list[tuple[str, str]]:
    """Give the name and the reason of what was not taken."""
    return [(name, reason(outcome)) for name, outcome in outcomes if isinstance(outcome, GatewayError)]


def sentences(outcomes: Outcomes) -> list[str]:
    """Say what was not taken, and why."""
    return [f"{name}: {why}" if name else why for name, why in refusals(outcomes)]


def reason(error: GatewayError) -> str:
    """Give the sentence that says why something was not taken."""
    return shorten(error.message, LONG_MESSAGE_BYTES)


def whose(me: Identity) -> str:
    """Give the name of a user, who has an e-mail but for the owner of a new gateway."""
    return me.user.email or "owner"


def called(taken: Stored) -> str:
    """Give what a workout is called: by its own file, else by the file's name."""
    return (taken.summary and taken.summary.name) or taken.file.name


def began(taken: Stored) -> str:
    """Give when a workout began, in UTC as ISO 8601; of what has no beginning, when it came."""
    start = taken.summary.start if taken.summary else None
    return iso(taken.file.time if start is None else start)
