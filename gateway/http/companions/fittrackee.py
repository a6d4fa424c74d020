"""FitTrackee's ``workouts``, for apps that sign in with an e-mail and a password, or hold a token.

A form with the part ``file`` and a part ``data`` (JSON: ``sport_id``, ``title``, ``notes``), with a bearer token. The
answer is 201 with ``data.workouts``, whose first ``id`` apps keep; they take nothing else as done, so that a duplicate
is 201 too, and says ``same``. A zip file with something damaged in it is 400 with ``new_workouts`` (how many) and
``errored_workouts`` (name and reason); any other error has ``status`` and ``message``. The password is a key, which
then is the token: there is no OAuth here. Apps that choose a sport ask for the list first; what they choose is not
used, since the file says it.

https://github.com/SamR1/FitTrackee: ``fittrackee/workouts/workouts.py``, ``fittrackee/responses.py``;
https://github.com/ebrithiljonas/fittrackee-uploader: ``fittrackee_uploader/fittrackee.py``;
https://github.com/dkm/fittrackee-cli-rs: ``src/main.rs``.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from gateway.errors import GatewayError, Unauthorized
from gateway.http.address import bucket
from gateway.http.body import SMALL, Bodies
from gateway.http.companions.companion import Outcomes, began, called, reason, refusals, stored, whose
from gateway.http.fields import needed, text
from gateway.http.limits import Limit
from gateway.http.request import Request, Response
from gateway.http.store.auth import NO_SCOPES
from gateway.http.store.told import told_file
from gateway.http.work import Work
from gateway.model import Stored
from gateway.service.access import KEY_PREFIX, Accesses
from gateway.service.intake import Wish
from gateway.service.signin import SignIn

_CREATED: Final = 201
_BAD: Final = 400
_SPORTS: Final = (
    "Cycling (Sport)", "Cycling (Transport)", "Hiking", "Mountain Biking", "Running", "Walking",
)  # fmt: skip


def told_error(error: GatewayError) -> dict[str, object]:
    """Tell why nothing was done."""
    return {"status": "error", "message": reason(error)}


class Workouts:
    """The files of a form."""

    forms_only = True
    error = staticmethod(told_error)

    def wish(self, _req: Request) -> Wish:
        """Wish for tracks; the part has a name."""
        return Wish(known=True)

    def answer(self, outcomes: Outcomes) -> tuple[int, object]:
        """Tell of the workouts, or what was wrong with some."""
        taken, refused = stored(outcomes), refusals(outcomes)
        if refused:
            return _BAD, {"status": "fail", "new_workouts": len(taken), "errored_workouts": dict(refused)}
        return _CREATED, {"status": "created", "data": {"workouts": [_workout(one) for one in taken]}}


@dataclass(frozen=True, slots=True)
class Login:
    """An app signs in with a key as the password."""

    public = True
    scopes: ClassVar = NO_SCOPES
    told_error: ClassVar = staticmethod(told_error)

    accesses: Accesses
    work: Work
    bodies: Bodies
    attempts: Limit

    async def on_post(self, req: Request, resp: Response) -> None:
        """Give the key back as the token, if it works; only failures count."""
        async with self.bodies.json(req, SMALL) as body:
            key = needed(text(body, "password"), "password").strip()
        address = bucket(req.context.address)
        self.attempts.hit(address)
        if not key.startswith(KEY_PREFIX):
            raise Unauthorized("the password must be a key: wristgate apikey create")
        await self.work.read(self.accesses.authenticate, key)
        self.attempts.forgive(address)
        resp.media = {"status": "success", "message": "signed in", "auth_token": key}


@dataclass(frozen=True, slots=True)
class Profile:
    """Whether a token works."""

    scopes: ClassVar = {"GET": None}
    told_error: ClassVar = staticmethod(told_error)

    signin: SignIn
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell whose it is."""
        me = await self.work.read(self.signin.me, req.context.access)
        resp.media = {"status": "success", "data": {"username": whose(me)}}


class Sports:
    """What apps let people choose from."""

    scopes: ClassVar = {"GET": None}
    told_error = staticmethod(told_error)

    async def on_get(self, _req: Request, resp: Response) -> None:
        """List some."""
        sports = [
            {
                "id": number, "label": label, "color": None, "is_active": True, "is_active_for_user": True,
                "stopped_speed_threshold": 1.0,
            }
            for number, label in enumerate(_SPORTS, 1)
        ]  # fmt: skip
        resp.media = {"status": "success", "data": {"sports": sports}}


def _workout(taken: Stored) -> dict[str, object]:
    return {
        "id": taken.file.id, "title": called(taken), "workout_date": began(taken), "with_file": True,
        "file": told_file(taken.file), "same": taken.duplicate,
    }  # fmt: skip
