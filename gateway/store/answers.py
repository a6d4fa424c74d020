"""What writes with a nonce were answered."""

from typing import Any

from gateway.store import jsontext
from gateway.store.noun import Noun


class Answers(Noun):
    """Answers by token and nonce, so that a repeated write is answered as the first time."""

    def find(self, token: bytes, nonce: str) -> tuple[bytes, dict[str, Any]] | None:
        """Give the hash of the request that the nonce stands for, and its answer."""
        row = self._row(
            "select request, answer from answers where token = :token and nonce = :nonce", token=token, nonce=nonce
        )
        return (row[0], jsontext.loads(row[1])) if row else None

    def add(self, token: bytes, nonce: str, request: bytes, answer: dict[str, Any], now: int) -> None:
        """Remember an answer."""
        self._run(
            "insert into answers values (:token, :nonce, :request, :answer, :now)",
            token=token, nonce=nonce, request=request, answer=jsontext.dumps(answer), now=now,
        )  # fmt: skip

    def expire(self, before: int) -> None:
        """Forget answers given before a moment."""
        self._run("delete from answers where created < :before", before=before)
