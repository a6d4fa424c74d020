"""A client of the store API for tests: files up and down, over plain connections."""

import hashlib
import io
import itertools
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.e2e.client import Wire

PREFIX = "/api/v1"
PASSWORD = "correct horse"
LARGE = 200_000
"""Bytes of a content that lies in a file, not in the database."""
BOUNDARY = "b0undary"

_numbers = itertools.count(1)


def client(gateway: LocalGateway, *scopes: str, folder: str | None = None, user: str | None = None) -> Api:
    """Make a key and a client that uses it; without scopes it may read and write."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    words += ["--folder", folder] if folder else []
    words += ["--user", user] if user else []
    secret = gateway.command("apikey", "create", f"key {next(_numbers)}", *words).decode().strip()
    return Api(gateway.url, secret, PREFIX)


def device(gateway: LocalGateway, email: str, name: str = "laptop") -> Api:
    """Sign a new device in; an unknown e-mail becomes a user where strangers may sign up."""
    fields = {"email": email, "password": PASSWORD, "name": name, "type": "linux"}
    return Api(
        gateway.url, created(Api(gateway.url, prefix=PREFIX).post("auth/register", fields))["access_token"], PREFIX
    )


def unique(size: int = 40) -> bytes:
    """Make bytes of no known type that nobody else has made."""
    return (b"%d " % next(_numbers) + os.urandom(size // 2 + 1).hex().encode())[:size]


def send(
    api: Api, data: bytes, headers: Mapping[str, str] | None = None, *, method: str = "POST", **query: object
) -> Answer:
    """Send a body as it is."""
    asked = f"?{urlencode(query)}" if query else ""
    return api.call(method, f"{PREFIX}/files/upload{asked}", data, dict(headers or {}))


def ask(api: Api, where: str, **query: object) -> Answer:
    """GET a path under the prefix; the query may have a ``path`` too."""
    return api.call("GET", f"{PREFIX}/{where}?{urlencode(query)}")


def form(api: Api, body: bytes, boundary: str = BOUNDARY, **query: object) -> Answer:
    """Send a form."""
    return send(api, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, **query)


def part(name: str | None, data: bytes, *, key: str = "file", more: bytes = b"") -> bytes:
    """Make one part of a form; without a name it is no file."""
    named = b"" if name is None else b'; filename="%s"' % name.encode()
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n' % (BOUNDARY.encode(), key.encode(), named)
    return head + more + b"\r\n" + data + b"\r\n"


END = b"--%s--\r\n" % BOUNDARY.encode()


def created(answer: Answer) -> dict[str, Any]:
    """Give the body of an answer 201."""
    assert answer.status == 201, (answer.status, answer.body)
    value = answer.json
    assert value["ok"] is True
    return value


def put(api: Api, path: str, data: bytes, headers: Mapping[str, str] | None = None, **query: object) -> dict[str, Any]:
    """Upload to a path; gives the file."""
    value = created(send(api, data, headers, path=path, **query))
    file: dict[str, Any] = value["file"]
    assert file["path"] == path
    assert file["sha256"] == hashlib.sha256(data).hexdigest()
    return file


def download(api: Api, headers: Mapping[str, str] | None = None, *, method: str = "GET", **query: object) -> Answer:
    """Fetch bytes."""
    return api.call(method, f"{PREFIX}/files/download?{urlencode(query)}", headers=dict(headers or {}))


def paths(api: Api, folder: str = "/", **more: object) -> list[str]:
    """List all files below a folder, page by page."""
    found: list[str] = []
    more = {"path": folder, "recursive": 1, **more}
    while True:
        page = ask(api, "files/list", **more).good
        found += [entry["path"] for entry in page["entries"] if "folder" not in entry]
        if "cursor" not in page:
            return found
        more["cursor"] = page["cursor"]


def pulled(api: Api, cursor: str | None = None, **more: object) -> tuple[list[dict[str, Any]], str]:
    """Pull to the head; gives the changes and the cursor there."""
    changes: list[dict[str, Any]] = []
    while True:
        page = api.get("sync/pull", **more, **({"cursor": cursor} if cursor else {})).good
        changes += page["changes"]
        cursor = page["cursor"]
        if not page["has_more"]:
            return changes, cursor


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def wire(api: Api) -> Wire:
    """Open a bare connection."""
    return Wire(urlsplit(api.url).port or 0)


def head(api: Api, line: str, *fields: str) -> bytes:
    """Make the head of a request with the client's key."""
    rows = [f"{line} HTTP/1.1", "Host: x", f"Authorization: Bearer {api.token}", *fields, "", ""]
    return "\r\n".join(rows).encode()


def stored(gateway: LocalGateway) -> set[str]:
    """Name all files of large contents, those on their way in too."""
    folder = Path(gateway.environment["SYNC_DATA_DIR"]) / "contents"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
