"""Projects and who may do what in them."""

from collections.abc import Callable

from gateway.model import Role
from gateway.store.noun import Noun


class Projects(Noun):
    """Trees with their members."""

    def all(self) -> list[str]:
        """List the projects of this gateway by id."""
        return [row[0] for row in self._run("select id from projects order by id")]

    def begin_anew(self, new_epoch: Callable[[], str]) -> None:
        """Give every project another epoch: who has a cursor of the journal as it was goes back to the beginning."""
        for project in self.all():
            self._run("update projects set epoch = :epoch where id = :id", epoch=new_epoch(), id=project)

    def name(self, project: str) -> str:
        """Give the name of a project that is there."""
        name: str = self._value("select name from projects where id = :id", {"id": project})
        return name

    def role(self, project: str, user: str) -> Role | None:
        """Say what a user is in a project, None where that is no member."""
        row = self._row(
            "select role from memberships where project = :project and user = :user", project=project, user=user
        )
        return Role(row[0]) if row else None

    def named(self, name: str, user: str) -> str | None:
        """Find one of a user's projects by name, of several the user's own first; None where there is none."""
        row = self._row(
            """select p.id from memberships m join projects p on p.id = m.project
               where m.user = :user and p.name = :name order by p.owner <> :user, p.id limit 1""",
            name=name, user=user,
        )  # fmt: skip
        return row[0] if row else None
