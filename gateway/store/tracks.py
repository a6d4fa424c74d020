"""Tracks that watches send in batches, until they are written as files."""

from typing import Any

from gateway.model import UnfinishedTrack
from gateway.store import jsontext
from gateway.store.noun import SealingNoun

_COLUMNS = "token, nonce, device, start, sport, sub_sport, columns, have, updated"


class Tracks(SealingNoun):
    """Tracks whose last batch has not come yet."""

    def find(self, token: bytes, nonce: str) -> UnfinishedTrack | None:
        """Find an unfinished track."""
        row = self._row(
            f"select {_COLUMNS} from tracks where token = :token and nonce = :nonce", token=token, nonce=nonce
        )
        return _track(row) if row else None

    def all(self, token: bytes) -> list[UnfinishedTrack]:
        """List a token's unfinished tracks, the idlest first."""
        rows = self._run(f"select {_COLUMNS} from tracks where token = :token order by updated, nonce", token=token)
        return [_track(row) for row in rows]

    def before(self, moment: int) -> list[UnfinishedTrack]:
        """List the tracks whose last batch came before a moment."""
        rows = self._run(f"select {_COLUMNS} from tracks where updated < :moment order by updated", moment=moment)
        return [_track(row) for row in rows]

    def rows(self, token: bytes, nonce: str) -> bytes:
        """Read what has come in."""
        found = self._run(
            "select body, key from track_rows where token = :token and nonce = :nonce order by off",
            token=token, nonce=nonce,
        )  # fmt: skip
        return b"".join(self._unsealed(*row) for row in found)

    def append(self, track: UnfinishedTrack, body: bytes, rows: int) -> None:
        """Add ``rows`` rows behind what ``track`` has; ``track`` is the state before."""
        self._run(
            f"""insert into tracks ({_COLUMNS})
                values (:token, :nonce, :device, :start, :sport, :sub_sport, :columns, :have, :updated)
                on conflict (token, nonce) do update set have = excluded.have, updated = excluded.updated""",
            token=track.token, nonce=track.nonce, device=track.device, start=track.start, sport=track.sport,
            sub_sport=track.sub_sport, columns=jsontext.dumps(track.columns), have=track.have + rows,
            updated=track.updated,
        )  # fmt: skip
        if rows:
            sealed, key = self._seal(body)
            self._run(
                "insert into track_rows (token, nonce, off, body, key) values (:token, :nonce, :off, :body, :key)",
                token=track.token, nonce=track.nonce, off=track.have, body=sealed, key=key,
            )  # fmt: skip

    def remove_begun(self, device: str, start: int, rows: int) -> None:
        """Forget the tracks of a device with this start that have at most so many rows."""
        self._run(
            "delete from tracks where device = :device and start = :start and have <= :rows",
            device=device, start=start, rows=rows,
        )  # fmt: skip

    def remove(self, token: bytes, nonce: str) -> None:
        """Forget a track and its rows."""
        self._run("delete from tracks where token = :token and nonce = :nonce", token=token, nonce=nonce)


def _track(row: tuple[Any, ...]) -> UnfinishedTrack:
    token, nonce, device, start, sport, sub_sport, columns, have, updated = row
    names = tuple(jsontext.loads(columns))
    return UnfinishedTrack(token, nonce, device, start, sport, sub_sport, names, have, updated)
