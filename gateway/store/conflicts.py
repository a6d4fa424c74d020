"""Names that two devices changed at once."""

from gateway.model import Conflict
from gateway.store.noun import Noun

_COLUMNS = """c.id, c.project, c.file, c.version, c.device, c.copy, c.lost, c.loser, c.time, c.path, c.beside,
              c.settled, c.kept"""


class Conflicts(Noun):
    """Conflicts; they are open until somebody settles them."""

    def add(self, conflict: Conflict) -> None:
        """Note a conflict."""
        self._run(
            """insert into conflicts (id, project, file, path, version, device, copy, beside, lost, loser, time)
               values (:id, :project, :file, :path, :version, :device, :copy, :beside, :lost, :loser, :time)""",
            id=conflict.id, project=conflict.project, file=conflict.file, version=conflict.version,
            device=conflict.device, copy=conflict.copy, lost=conflict.lost, loser=conflict.loser, time=conflict.time,
            path=conflict.path, beside=conflict.beside,
        )  # fmt: skip

    def find(self, project: str, conflict: str) -> Conflict | None:
        """Find a conflict of a project, a settled one too."""
        row = self._row(
            f"select {_COLUMNS} from conflicts c where c.id = :id and c.project = :project",
            id=conflict, project=project,
        )  # fmt: skip
        return Conflict(*row) if row else None

    def open(self, project: str, limit: int, before: tuple[int, str] | None = None) -> list[Conflict]:
        """List the open ones, newest first, behind the entry (time, id)."""
        rows = self._run(
            f"""select {_COLUMNS} from conflicts c indexed by conflicts_open
                where c.project = :project and c.settled is null and (c.time, c.id) < (:time, :id)
                order by c.time desc, c.id desc limit :limit""",
            project=project, time=before[0] if before else 1 << 62, id=before[1] if before else "", limit=limit,
        )  # fmt: skip
        return [Conflict(*row) for row in rows]

    def count(self, project: str) -> int:
        """Count the open ones."""
        value: int = self._value(
            "select count(*) from conflicts where project = :project and settled is null", {"project": project}
        )
        return value

    def settle(self, conflict: str, kept: str, now: int) -> None:
        """Note how a conflict was settled."""
        self._run("update conflicts set settled = :now, kept = :kept where id = :id", id=conflict, kept=kept, now=now)

    def of_copy(self, copy: str) -> list[Conflict]:
        """List the open conflicts whose other version lies in a file."""
        rows = self._run(f"select {_COLUMNS} from conflicts c where c.copy = :copy and c.settled is null", copy=copy)
        return [Conflict(*row) for row in rows]
