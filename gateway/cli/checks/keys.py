"""The keys in the data folder."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gateway import sealing
from gateway.auth import jwt
from gateway.cli.checks.findings import NOTE, OK, PROBLEM, WARNING, Finding
from gateway.cli.checks.folder import readable_by_others
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.wording import counted

if TYPE_CHECKING:
    from gateway.assembly import Gateway


def keys(config: Config) -> Iterator[Finding]:
    """Look whether keys are there, and only the gateway's."""
    token = config.data_dir / jwt.FILE
    if readable_by_others(token):
        yield Finding(
            PROBLEM, "Keys", f"others can read {token}, with which access tokens are signed",
            f"remove it and restart the gateway (devices sign in anew), or chmod 600 {token} if nobody has read it",
        )  # fmt: skip
    else:
        yield Finding(OK, "Keys", "nobody else can read them")
    yield from master_key(config)


def master_key(config: Config) -> Iterator[Finding]:
    """Look whether the file of the master keys is there, and where."""
    if config.master_key:
        yield Finding(OK, "Master key", "is that of SYNC_MASTER_KEY")
        return
    path = config.master_key_file or config.data_dir / sealing.FILE
    if not path.exists():
        yield Finding(PROBLEM, "Master key", f"{path} is missing, nothing can be read", f"put it back: {_COPY}")
    elif readable_by_others(path):
        yield Finding(WARNING, "Master key", f"others can read {path}", f"chmod 600 {path}")
    else:
        yield Finding(OK, "Master key", str(path))


def sealed(opened: "Gateway") -> Iterator[Finding]:
    """Look whether the keys that contents name are there, and whether all are sealed with the newest."""
    try:
        rows, unsealed = opened.masterkeys.uses()
    except GatewayError as error:
        yield Finding(PROBLEM, "Master key", error.message, f"put it back: {_COPY}")
        return
    lost = [row for row in rows if row.used and not row.present]
    for row in lost:
        yield Finding(
            PROBLEM, "Master key", f"the key {row.id} is missing, {counted(row.contents, 'file')} cannot be read",
            f"put it into the file of the keys, in a line of its own: {_COPY}",
        )  # fmt: skip
    old = unsealed + sum(row.contents for row in rows if not row.current)
    if old and not lost:
        yield Finding(
            NOTE, "Master key", f"{counted(old, 'content')} are not sealed with the newest key yet",
            "the agent does it within an hour, or wristgate masterkey reseal",
        )  # fmt: skip


_COPY: Final = "from your copy, or wristgate restore"
