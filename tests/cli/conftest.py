"""The commands themselves are what is tested here, each in a process of its own."""

from collections.abc import Iterator

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.conftest import NO_LIMITS


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    with LocalGateway(NO_LIMITS) as running:
        yield running
