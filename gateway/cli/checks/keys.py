"""The keys in the data folder."""

from collections.abc import Iterator

from gateway.auth import jwt
from gateway.cli.checks.findings import OK, PROBLEM, Finding
from gateway.cli.checks.folder import readable_by_others
from gateway.config import Config


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


def master_key(_config: Config) -> Iterator[Finding]:
    """Look whether the key of encrypted data is there and right; there is none yet."""
    yield from ()
