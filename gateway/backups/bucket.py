"""A bucket of S3-compatible storage. Where it is and who may use it say the variables that all such programs read.

``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``; for storage that is not Amazon's ``AWS_ENDPOINT_URL``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store

from gateway.backups.place import PIECE, Listed
from gateway.errors import Busy, Conflicting, NotFound

_ENDPOINTS: Final = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT")
_CHUNK: Final = 5 * 1024 * 1024  # the least that S3 takes as a part
_AT_ONCE: Final = 2  # parts in memory
_LONGEST: Final = 200  # characters of what the storage says


class BucketPlace:
    """Objects of a bucket, below the prefix of the address ``s3://bucket/prefix``."""

    def __init__(self, where: str, patience: int) -> None:
        self.name = where.rstrip("/")
        _check_variables()
        with self._told():
            self._store = S3Store.from_url(
                self.name,
                client_options={
                    "allow_http": True,
                    "connect_timeout": "10s",
                    "read_timeout": "60s",
                    "timeout": "3600s",
                },
                retry_config={"max_retries": min(patience, 5), "retry_timeout": timedelta(seconds=patience)},
            )

    def put(self, name: str, data: bytes | BinaryIO, *, new: bool = False) -> None:
        """Write an object, a long one in parts that become one at the end."""
        with self._told():
            try:
                if new:  # only an object that goes at once can be asked to be new
                    whole = data if isinstance(data, bytes) else data.read()
                    obstore.put(self._store, name, whole, mode="create", use_multipart=False)
                else:
                    obstore.put(self._store, name, data, chunk_size=_CHUNK, max_concurrency=_AT_ONCE)
            except (AlreadyExistsError, PreconditionError):
                raise Conflicting(f"{self.name}/{name} is there already") from None

    def settle(self) -> None:
        """Do nothing: what such storage has confirmed, it has."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Read an object piece by piece."""
        with self._told():
            try:
                stream = obstore.get(self._store, name).stream(min_chunk_size=PIECE)
            except (NotFoundError, FileNotFoundError):
                raise NotFound(f"{self.name}/{name} is missing") from None
            for piece in stream:
                yield bytes(piece)

    def list(self, folder: str) -> Iterator[Listed]:
        """Give all objects below a folder."""
        with self._told():
            for page in obstore.list(self._store, folder):
                for found in page:
                    yield Listed(found["path"], found["size"], found["last_modified"].timestamp())

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self._told():
            try:
                obstore.delete(self._store, name)
            except (NotFoundError, FileNotFoundError):
                return

    def tidy(self, before: float) -> None:
        """Do nothing: unfinished parts are for a rule of the bucket, ``AbortIncompleteMultipartUpload``."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, ValueError, OSError) as error:
            said = " ".join(str(error).split())[:_LONGEST]
            raise Busy(f"the place of the backups cannot be used: {self.name}: {said}", wait=60) from error


def _check_variables() -> None:
    """Take variables that are set to nothing for not set, and refuse an address that the library would end us for."""
    for name in [name for name, value in os.environ.items() if name.startswith("AWS_") and not value.strip()]:
        del os.environ[name]
    for name in _ENDPOINTS:
        if name in os.environ and not _is_address(os.environ[name]):
            raise Busy(f"{name} is {os.environ[name]!r}: it takes an address like https://s3.example.com")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
