"""What all tests share: a real gateway in a process of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.local import Local

NO_LIMITS = {"SYNC_RATE_AUTH": "0", "SYNC_RATE_POLL": "0", "SYNC_RATE_DEVICE": "0", "SYNC_RATE_KEY": "0"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """A gateway for the tests of one module."""
    with Local(NO_LIMITS) as running:
        yield running


@pytest.fixture
def device(gateway: LocalGateway) -> Api:
    """A device that was paired for one test."""
    return pair(gateway)


@pytest.fixture
def put(gateway: LocalGateway, tmp_path: Path) -> Callable[..., str]:
    """Put a file into the owner's tree, as the operator would; gives its path."""

    def run(name: str, data: bytes, folder: str) -> str:
        file = tmp_path / name
        file.write_bytes(data)
        gateway.command("add", str(file), "--to", folder)
        return f"{folder}/{name}"

    return run
