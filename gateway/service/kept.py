"""Opening contents, wherever they lie."""

from typing import BinaryIO

from gateway.contents import FileContents
from gateway.errors import Gone
from gateway.store import Transaction


def opened(transaction: Transaction, contents: FileContents, sha256: bytes) -> bytes | BinaryIO:
    """Give a content: the bytes of a small one, a long one as an open file; raises ``Gone``."""
    body = transaction.contents.body(sha256)
    if body is not None:
        return body
    try:
        return contents.open(transaction.contents.location(sha256) or "")
    except OSError:
        raise Gone("this version is not kept any more") from None
