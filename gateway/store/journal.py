"""The ordered log of everything that happens in a project."""

import json
from collections.abc import Mapping

from gateway.model import Actor
from gateway.store.noun import Noun


class Journal(Noun):
    """Entries of a project, numbered from 1 in the order of commit."""

    def head(self, project: str) -> int:
        """Give the number of the last entry of a project, 0 before the first."""
        row = self._row("select seq from projects where id = :project", project=project)
        return row[0] if row else 0

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
            """insert into journal (project, seq, user, device, action, entity_type, entity_id, payload, server_time)
               values (:project, :seq, :user, :device, :action, :type, :id, :payload, :now)""",
            project=actor.project, seq=row[0], user=actor.user, device=actor.device and actor.device.id, action=action,
            type=entity[0], id=entity[1], payload=json.dumps(payload, separators=(",", ":")), now=now,
        )  # fmt: skip
        return int(row[0])
