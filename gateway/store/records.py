"""Small facts that watches have sent."""

from typing import Any

from gateway.model import Record
from gateway.store import jsontext
from gateway.store.noun import Noun


class Records(Noun):
    """Records of devices; the same facts from the same device are one."""

    def has(self, device: str, digest: bytes) -> bool:
        """Say whether a device has sent the same facts before."""
        sql = "select 1 from records where device = :device and digest = :digest"
        return self._row(sql, device=device, digest=digest) is not None

    def add(self, record: Record, now: int) -> None:
        """Keep a record; the totals of a day take the place of those that the device sent before for that day."""
        if record.day is not None:
            self._run("delete from records where device = :device and day = :day", device=record.device, day=record.day)
        self._run(
            """insert into records (id, project, device, type, time, day, digest, received, body)
               values (:id, :project, :device, :type, :time, :day, :digest, :now, :body)""",
            id=record.id, project=record.project, device=record.device, type=record.type, time=record.time,
            day=record.day, digest=record.digest, now=now, body=jsontext.dumps(record.body),
        )  # fmt: skip

    def find(self, record: str) -> tuple[str, dict[str, Any], int] | None:
        """Give what a record says, as (device, body, when it came)."""
        row = self._row("select device, body, received from records where id = :id", id=record)
        return (row[0], jsontext.loads(row[1]), row[2]) if row else None
