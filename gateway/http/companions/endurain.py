"""Endurain's ``activities/create/upload``, for apps that hold an API key of it.

A form with the part ``file``; the key is in ``X-API-Key``, ``?api_key=`` or a bearer; ``X-Client-Type`` says what kind
of app it is. The answer is 201 with a list of activities. Scripts take 201 alone as done, so that a duplicate is 201
too, and ``is_hidden``, as Endurain marks it. Errors are ``{"detail"}``: 401 and 403 are about the key, other 4xx about
the file, the rest is tried again. Some apps look with GET whether the path is there and want 405. ``id`` is a number by
which apps link to a page, which is not here.

https://github.com/endurain-project/endurain: ``backend/app/activities/activity/router.py``;
https://github.com/borborborja/opentracks-endurain: ``EndurainClient.kt``, ``UploadWorker.kt``;
https://github.com/endurain-project/endurain-flutter: ``api_client.dart``, ``activity_upload_service.dart``.
"""

from typing import Final

from gateway.errors import GatewayError
from gateway.http.companions.companion import Outcomes, began, called, reason, sentences, stored
from gateway.http.request import Request
from gateway.http.store.told import told_file
from gateway.model import Stored
from gateway.service.intake import Wish

_CREATED: Final = 201
_UNPROCESSABLE: Final = 422


class Activities:
    """The files of a form."""

    forms_only = True

    def wish(self, _req: Request) -> Wish:
        """Wish for tracks; the part has a name."""
        return Wish(known=True)

    def answer(self, outcomes: Outcomes) -> tuple[int, object]:
        """Tell of the activities; where a file was not taken, which and why, since no app reads a list to its end."""
        activities = [_activity(taken) for taken in stored(outcomes)]
        if not (refused := sentences(outcomes)):
            return _CREATED, activities
        return _UNPROCESSABLE, {"detail": "; ".join(refused), "activities": activities}

    def error(self, error: GatewayError) -> dict[str, object]:
        """Tell the reason."""
        return {"detail": reason(error)}


def _activity(taken: Stored) -> dict[str, object]:
    summary = taken.summary
    return {
        "id": None, "name": called(taken), "start_time": began(taken),
        "distance": round((summary and summary.distance) or 0), "is_hidden": taken.duplicate,
        "file": told_file(taken.file), "same": taken.duplicate,
    }  # fmt: skip
