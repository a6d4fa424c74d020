"""Workout Tracker, and Aepyornis, which it became: ``import/generic``, ``workouts``, ``whoami``.

Bodies are ``{"results","errors"}``: the result of one body is an object, of a form's files a list; errors are
sentences. The app signs in by ``whoami`` with a URL and a key, sends forms with one or many parts ``file``, and takes
an answer with errors as failed. An import is raw, whatever its content type, with ``?name=``; the key goes into
``?api-key=`` or is a bearer. The server calls a duplicate ``workout_already_exists``; here that is no error, since
nothing needs to be done.

https://github.com/jovandeginste/workout-tracker: ``pkg/app/api_handlers.go``, ``pkg/importers``;
https://github.com/AepyornisNet/aepyornis: ``pkg/controller/workout.go``, ``pkg/controller/response.go``;
https://github.com/AepyornisNet/aepyornis-app: ``lib/data/services/api/api_client.dart``, ``lib/domain/models``.
"""

from typing import Any, ClassVar, Final

from gateway.errors import GatewayError
from gateway.http.companions.companion import Outcomes, began, called, reason, sentences, stored, whose
from gateway.http.request import Request, Response
from gateway.http.store.told import told_file
from gateway.http.work import Work
from gateway.model import Stored
from gateway.service.intake import Wish
from gateway.service.signin import SignIn

_CREATED: Final = 201
_BAD: Final = 400
_OK: Final = 200


def told_error(error: GatewayError) -> dict[str, object]:
    """Tell why nothing was taken."""
    return {"results": None, "errors": [reason(error)]}


class Import:
    """``import/generic``: one body, no form."""

    forms_only = False
    error = staticmethod(told_error)

    def wish(self, req: Request) -> Wish:
        """Wish for a track under the name in the query, without folders."""
        name = (req.get_param("name") or "").replace("\\", "/").rpartition("/")[2]
        return Wish(name=name or None, known=True)

    def answer(self, outcomes: Outcomes) -> tuple[int, object]:
        """Tell of one workout, of several of an archive in a list."""
        status, body = _told(outcomes)
        if len(outcomes) == 1:
            [body["results"]] = body["results"]
        return _OK if status == _CREATED else status, body


class Workouts:
    """``workouts``: the files of a form."""

    forms_only = True  # JSON is a workout that was typed in
    error = staticmethod(told_error)

    def wish(self, _req: Request) -> Wish:
        """Wish for tracks; the parts have names."""
        return Wish(known=True)

    def answer(self, outcomes: Outcomes) -> tuple[int, object]:
        """Tell of all workouts, and what was wrong with others."""
        return _told(outcomes)


class Whoami:
    """Whether a key works; ``wrapped``: told as a result."""

    scopes: ClassVar = {"GET": None}
    query_key = True
    told_error = staticmethod(told_error)

    def __init__(self, signin: SignIn, work: Work, *, wrapped: bool) -> None:
        self._signin = signin
        self._work = work
        self._wrapped = wrapped

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell whose it is."""
        me = await self._work.read(self._signin.me, req.context.access)
        user = {"username": whose(me), "name": whose(me), "active": True}
        resp.media = {"results": user, "errors": []} if self._wrapped else user


def _told(outcomes: Outcomes) -> tuple[int, dict[str, Any]]:
    taken = stored(outcomes)
    body: dict[str, Any] = {
        "results": [_workout(one) for one in taken],
        "errors": sentences(outcomes),
    }
    if any(one.duplicate for one in taken):
        body["error_codes"] = ["workout_already_exists"]
    return _CREATED if taken else _BAD, body


def _workout(taken: Stored) -> dict[str, object]:
    summary = taken.summary
    return {
        "id": None, "name": called(taken), "date": began(taken), "type": (summary and summary.sport) or "auto",
        "total_distance": (summary and summary.distance) or 0,
        "total_duration": round((summary and summary.elapsed) or 0),
        "has_file": True, "file": told_file(taken.file), "same": taken.duplicate,
    }  # fmt: skip
