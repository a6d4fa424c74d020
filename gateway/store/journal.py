"""The ordered log of everything that happens in a project."""

from collections.abc import Mapping
from hashlib import sha256

import apsw

from gateway.model import Actor, Change, Entry
from gateway.store import jsontext
from gateway.store.noun import Noun


class Journal(Noun):
    """Entries of a project, numbered from 1 in the order of commit."""

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self.written: set[str] = set()
        """Projects with new entries; whoever commits empties it."""

    def head(self, project: str) -> int:
        """Give the number of the last entry of a project, 0 before the first."""
        row = self._row("select seq from projects where id = :project", project=project)
        return row[0] if row else 0

    def epoch(self, project: str) -> str:
        """Give the random word that a restore renews."""
        value: str = self._value("select epoch from projects where id = :project", {"project": project})
        return value

    def mark(self, project: str, seq: int) -> str | None:
        """Give 16 hex digits that only this entry at this place has, "" before the first; None: there is no entry.

        A journal that was put back to an earlier state and has gone on from there has other entries at these places.
        """
        if not seq:
            return ""
        row = self._row(
            """select seq, action, entity_id, payload, server_time, mark from journal
               where project = :project and seq = :seq""",
            project=project, seq=seq,
        )  # fmt: skip
        return sha256(repr(row).encode()).hexdigest()[:16] if row else None

    def changes(self, project: str, after: int, limit: int) -> list[Change]:
        """List what happened to files behind an entry, in order."""
        rows = self._run(
            """select seq, action, entity_id, payload, device, server_time from journal indexed by journal_changes
               where project = :project and seq > :after and entity_type = 'file'
               and action in ('put', 'delete', 'move') order by seq limit :limit""",
            project=project, after=after, limit=limit,
        )  # fmt: skip
        return [Change(seq, op, file, jsontext.loads(told), device, time) for seq, op, file, told, device, time in rows]

    def entries(self, project: str, after: int, limit: int) -> list[Entry]:
        """List all entries behind one, in order."""
        rows = self._run(
            """select seq, action, entity_type, entity_id, payload from journal
               where project = :project and seq > :after order by seq limit :limit""",
            project=project, after=after, limit=limit,
        )  # fmt: skip
        return [Entry(seq, action, (kind, entity), jsontext.loads(told)) for seq, action, kind, entity, told in rows]

    def newest(self, project: str) -> int:
        """Give the latest moment that an entry of a project bears."""
        row = self._row("select newest from projects where id = :project", project=project)
        return row[0] if row else 0

    def append(
        self, actor: Actor, action: str, entity: tuple[str, str], payload: Mapping[str, object], now: int
    ) -> int:
        """Write one entry about ``entity`` (type, id) and give its number; the row of the project is locked with it."""
        row = self._row(
            "update projects set seq = seq + 1, newest = max(newest, :now) where id = :project returning seq",
            project=actor.project,
            now=now,
        )
        assert row is not None
        self._run(
            """insert into journal (project, seq, user, device, action, entity_type, entity_id, payload, server_time,
                   mark)
               values (:project, :seq, :user, :device, :action, :type, :id, :payload, :now, random())""",
            project=actor.project, seq=row[0], user=actor.user, device=actor.sender, action=action,
            type=entity[0], id=entity[1], payload=jsontext.dumps(payload), now=now,
        )  # fmt: skip
        self.written.add(actor.project)
        return int(row[0])
