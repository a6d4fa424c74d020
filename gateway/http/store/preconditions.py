"""What a request says must hold: ``If-Match``, ``If-None-Match``, ``X-Content-SHA256``, ``on_conflict``.

The ETag of a file is its version in quotes; proxies that compress make it a weak one, which counts as the same here.
RFC 9110, section 13.
"""

import re
from typing import Final

from gateway.errors import BadRequest, PreconditionFailed
from gateway.http.request import Request
from gateway.service.merging import Base

_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


def base(req: Request) -> Base:
    """Give the version that a change is based on; ``*`` is none in particular."""
    policy = req.get_param("on_conflict") or "keep"
    if policy not in {"keep", "reject"}:
        raise BadRequest("on_conflict: must be keep or reject")
    reject = policy == "reject"
    text = (req.get_header("If-Match") or "").strip()
    file = req.get_param("id") or None
    if not text or text == "*":
        return Base(reject=reject)
    match = _TAG.fullmatch(text)
    if match is None:
        raise BadRequest('If-Match: must be one version in quotes, like "3"')
    return Base(int(match[1]), reject, file)


def must_exist(req: Request) -> bool:
    """Say whether ``If-Match: *`` asks that something is there."""
    return (req.get_header("If-Match") or "").strip() == "*"


def must_be_new(req: Request) -> bool:
    """Say whether ``If-None-Match: *`` forbids to replace anything."""
    text = (req.get_header("If-None-Match") or "").strip()
    if text and text != "*":
        raise BadRequest("If-None-Match: takes * here")
    return bool(text)


def is_known(req: Request, version: int) -> bool:
    """Say whether a reader has a version already, by ``If-None-Match``."""
    text = (req.get_header("If-None-Match") or "").strip()
    return text == "*" or str(version) in (match[1] for match in _TAG.finditer(text))


def expect(req: Request, version: int) -> None:
    """Make sure that a reader gets the version that it wants, by ``If-Match``; raises ``PreconditionFailed``."""
    wanted = base(req).version
    if wanted not in {None, version}:
        raise PreconditionFailed(f"version {version} is there now")


def checksum(req: Request) -> bytes | None:
    """Give the SHA-256 that the body must have."""
    text = req.get_header("X-Content-SHA256")
    if text is None:
        return None
    if not _DIGEST.fullmatch(text.strip()):
        raise BadRequest("X-Content-SHA256: must be 64 hex digits")
    return bytes.fromhex(text.strip())


def tag(version: int, *, weak: bool = False) -> str:
    """Give the ETag of a version; a weak one where the bytes go out compressed."""
    return f'{"W/" if weak else ""}"{version}"'
