"""What projects hold: each content once, however many versions and refused uploads have it."""

import apsw

from gateway.errors import OverQuota
from gateway.store.noun import Noun

_MB = 1_000_000


class Holdings(Noun):
    """The accounts that triggers keep, and the limit that holds for all projects of one user together."""

    def __init__(self, connection: apsw.Connection, quota: int = 0) -> None:
        super().__init__(connection)
        self.quota = quota
        """Bytes; 0: no limit."""

    def has(self, project: str, sha256: bytes) -> bool:
        """Say whether a project holds a content."""
        sql = "select 1 from holdings where project = :project and sha256 = :sha256"
        return self._row(sql, project=project, sha256=sha256) is not None

    def counts(self, project: str) -> tuple[int, int]:
        """Give the number of files in a project's tree, and the bytes that the project holds."""
        row = self._row("select files, bytes from projects where id = :project", project=project)
        return (row[0], row[1]) if row else (0, 0)

    def used(self, project: str) -> int:
        """Give the bytes that all projects of the owner of ``project`` hold."""
        value: int = self._value(
            "select sum(bytes) from projects where owner = (select owner from projects where id = :project)",
            {"project": project},
        )
        return value

    def admit(self, project: str, sha256: bytes, size: int) -> None:
        """Make sure that there is room for a content; raises ``OverQuota``."""
        if not self.quota or self.has(project, sha256):
            return
        used = self.used(project)
        if used + size > self.quota:
            raise OverQuota(f"no room for {_mb(size)}: {_mb(used)} of {_mb(self.quota)} are used, empty the trash")


def _mb(size: int) -> str:
    return f"{size / _MB:,.1f} MB"
