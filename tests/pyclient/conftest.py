"""A client of a real gateway."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.client import Client, Patience
from gateway.simwatch.localgateway import LocalGateway
from tests.conftest import NO_LIMITS
from tests.local import Local


@pytest.fixture(scope="session")
def gateway() -> Iterator[LocalGateway]:
    """One gateway for all modules here; each test has names of its own."""
    with Local({**NO_LIMITS, "SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


@pytest.fixture(scope="session")
def key(gateway: LocalGateway) -> str:
    return gateway.command("apikey", "create", "laptop").decode().strip()


@pytest.fixture
def client(gateway: LocalGateway, key: str) -> Iterator[Client]:
    with Client(gateway.url, key) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder of the tree that no other test uses."""
    return f"/documents/{tmp_path.name}"


@pytest.fixture
def pauses() -> list[float]:
    """What a patient client would have slept."""
    return []


@pytest.fixture
def patience(pauses: list[float]) -> Patience:
    return Patience(sleep=pauses.append)
