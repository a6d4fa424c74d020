"""Bytes that validation refused, kept for their owner."""

from gateway.model import Rejection
from gateway.store.noun import Noun

_COLUMNS = "r.id, r.project, r.device, r.name, r.sha256, r.size, r.error, r.message, r.time"


class Rejected(Noun):
    """Refused uploads; the same bytes from the same device are one."""

    def add(self, rejection: Rejection) -> None:
        """Keep a refusal; its content must be there."""
        self._run(
            """update rejected set name = :name, error = :error, message = :message, time = :time
               where project = :project and device is :device and sha256 = :sha256""",
            name=rejection.name, error=rejection.error, message=rejection.message, time=rejection.time,
            project=rejection.project, device=rejection.device, sha256=rejection.sha256,
        )  # fmt: skip
        if self._changes():  # no "on conflict": to a unique index no device is never the same as no device
            return
        self._run(
            """insert into rejected (id, project, device, name, sha256, size, error, message, time)
               values (:id, :project, :device, :name, :sha256, :size, :error, :message, :time)""",
            id=rejection.id, project=rejection.project, device=rejection.device, name=rejection.name,
            sha256=rejection.sha256, size=rejection.size, error=rejection.error, message=rejection.message,
            time=rejection.time,
        )  # fmt: skip

    def all(self, project: str) -> list[Rejection]:
        """List the refusals of a project, newest first."""
        rows = self._run(
            f"select {_COLUMNS} from rejected r where r.project = :project order by r.time desc, r.id desc",
            project=project,
        )
        return [Rejection(*row) for row in rows]

    def find(self, project: str, rejection: str) -> Rejection | None:
        """Find a refusal of a project by its id."""
        row = self._row(
            f"select {_COLUMNS} from rejected r where r.id = :id and r.project = :project",
            id=rejection,
            project=project,
        )
        return Rejection(*row) if row else None

    def beyond(self, device: str | None, keep: int) -> list[tuple[str, bytes]]:
        """List (id, SHA-256) of a device's refusals but for the newest ``keep``."""
        rows = self._run(
            """select id, sha256 from rejected where device is :device
               order by time desc, id desc limit -1 offset :keep""",
            device=device, keep=keep,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    def page(self, project: str, limit: int, before: tuple[int, str] | None = None) -> list[Rejection]:
        """List refusals of a project, newest first, behind the one with this moment and id."""
        rows = self._run(
            f"""select {_COLUMNS} from rejected r
                where r.project = :project and (r.time, r.id) < (:time, :id)
                order by r.time desc, r.id desc limit :limit""",
            project=project, time=before[0] if before else 1 << 62, id=before[1] if before else "", limit=limit,
        )  # fmt: skip
        return [Rejection(*row) for row in rows]

    def before(self, moment: int) -> list[Rejection]:
        """List the refusals of all projects from before a moment, oldest first."""
        rows = self._run(
            f"select {_COLUMNS} from rejected r where r.time < :moment order by r.time, r.id", moment=moment
        )
        return [Rejection(*row) for row in rows]

    def explain(self, rejection: str, error: str, message: str) -> None:
        """Write down the reason that holds now."""
        self._run(
            "update rejected set error = :error, message = :message where id = :id",
            id=rejection, error=error, message=message,
        )  # fmt: skip

    def remove(self, rejection: str) -> None:
        """Forget a refusal; its content may then be collected."""
        self._run("delete from rejected where id = :id", id=rejection)
