"""FitoTrack's automatic export, which posts to any URL; here at Workout Tracker's ``import/fitotrack``.

The body is the file alone, sent as ``application/x-www-form-urlencoded``; headers say what it is: ``FitoTrack-Type`` is
``workout-gpx``, with ``FitoTrack-Timestamp`` (milliseconds), ``FitoTrack-Workout-Type`` and ``FitoTrack-Comment``, or
``backup``, a zip file that is called ``.ftb`` and stays one. No header can be set, so the key stands in the address. An
answer under 400 ends the export; any other is tried again, later and later, without an end, and no text of it is shown.

https://codeberg.org/jannis/FitoTrack: ``HTTPPostTarget``, ``AutoExporter``, ``WorkoutGpxExportSource`` and
``BackupExportSource`` in ``util/autoexport``;
https://github.com/jovandeginste/workout-tracker: ``pkg/importers/fitotrack.go``.
"""

from typing import Final

from gateway.http.companions import workout_tracker
from gateway.http.request import Request
from gateway.service.intake import Wish

_BACKUP: Final = "fitotrack-backup.ftb"


class Import(workout_tracker.Import):
    """A workout, which is named by its start, or a backup."""

    def wish(self, req: Request) -> Wish:
        """Wish for a track, or for a backup under the name that FitoTrack gives one."""
        return Wish(name=_BACKUP) if req.get_header("FitoTrack-Type") == "backup" else Wish(known=True)
