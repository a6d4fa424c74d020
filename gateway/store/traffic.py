"""Who used the gateway how much."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.store.noun import Noun


@dataclass(frozen=True, slots=True)
class Used:
    """What a sender, or nobody (""), has used on a day: bytes of bodies, files that were new, errors."""

    day: str
    sender: str
    requests: int
    received: int
    sent: int
    uploads: int
    errors: int


class Traffic(Noun):
    """Sums of days and senders."""

    def add(self, rows: Iterable[Used]) -> None:
        """Add to what is there."""
        for row in rows:
            self._run(
                """insert into traffic values (:day, :sender, :requests, :received, :sent, :uploads, :errors)
                   on conflict (day, sender) do update set
                   requests = requests + excluded.requests, received = received + excluded.received,
                   sent = sent + excluded.sent, uploads = uploads + excluded.uploads,
                   errors = errors + excluded.errors""",
                day=row.day, sender=row.sender, requests=row.requests, received=row.received, sent=row.sent,
                uploads=row.uploads, errors=row.errors,
            )  # fmt: skip

    def since(self, day: str) -> list[Used]:
        """List what was used from a day on, the oldest first."""
        rows = self._run(
            """select day, sender, requests, received, sent, uploads, errors from traffic
               where day >= :day order by day, sender""",
            day=day,
        )
        return [Used(*row) for row in rows]

    def expire(self, day: str) -> None:
        """Forget what was before a day."""
        self._run("delete from traffic where day < :day", day=day)
