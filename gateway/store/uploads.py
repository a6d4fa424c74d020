"""Unfinished uploads in parts, of one token each."""

from gateway.model import Upload
from gateway.store.noun import SealingNoun


class Uploads(SealingNoun):
    """Uploads whose last part has not come yet."""

    def find(self, token: bytes, nonce: str) -> Upload | None:
        """Find an unfinished upload."""
        row = self._row(
            "select nonce, name, size, have, updated from uploads where token = :token and nonce = :nonce",
            token=token, nonce=nonce,
        )  # fmt: skip
        return Upload(*row) if row else None

    def all(self, token: bytes) -> list[Upload]:
        """List a token's unfinished uploads, the idlest first."""
        rows = self._run(
            "select nonce, name, size, have, updated from uploads where token = :token order by updated, nonce",
            token=token,
        )
        return [Upload(*row) for row in rows]

    def parts(self, token: bytes, nonce: str) -> bytes:
        """Read what has come in."""
        rows = self._run(
            "select body, key from upload_parts where token = :token and nonce = :nonce order by off",
            token=token, nonce=nonce,
        )  # fmt: skip
        return b"".join(self._unsealed(*row) for row in rows)

    def append(self, token: bytes, upload: Upload, body: bytes) -> None:
        """Add ``body`` behind what ``upload`` has; ``upload`` is the state before."""
        self._run(
            """insert into uploads values (:token, :nonce, :name, :size, :have, :updated)
               on conflict (token, nonce) do update set have = excluded.have, updated = excluded.updated""",
            token=token, nonce=upload.nonce, name=upload.name, size=upload.size, have=upload.have + len(body),
            updated=upload.updated,
        )  # fmt: skip
        if body:
            sealed, key = self._seal(body)
            self._run(
                "insert into upload_parts (token, nonce, off, body, key) values (:token, :nonce, :off, :body, :key)",
                token=token, nonce=upload.nonce, off=upload.have, body=sealed, key=key,
            )  # fmt: skip

    def remove(self, token: bytes, nonce: str) -> None:
        """Forget an upload and its parts."""
        self._run("delete from uploads where token = :token and nonce = :nonce", token=token, nonce=nonce)

    def expire(self, before: int) -> None:
        """Forget uploads whose last part came before a moment."""
        self._run("delete from uploads where updated < :before", before=before)
