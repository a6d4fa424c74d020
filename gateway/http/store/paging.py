"""Pages: how long they may be, and where the next one begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from gateway.errors import BadRequest
from gateway.http.fields import query_number
from gateway.http.request import Request

USUAL: Final = 100
_LONGEST: Final = 12_000


def size_of_page(req: Request, most: int) -> int:
    """Give ``limit``, the number of entries wanted."""
    return query_number(req, "limit", 1, most) or min(USUAL, most)


def opaque(text: str) -> str:
    """Make a cursor of what is to come back."""
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def place(req: Request) -> str | None:
    """Give what ``cursor`` was made of; raises ``BadRequest``."""
    text = req.get_param("cursor")
    if not text:
        return None
    return clear(text)


def clear(text: str) -> str:
    """Give what a cursor was made of; raises ``BadRequest``."""
    try:
        return urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4)).decode()
    except ValueError:
        raise BadRequest("cursor: is not one that the gateway gave") from None
