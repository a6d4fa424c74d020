"""The services for one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.database import assert_sound
from tests.service.harness import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = Services(tmp_path)
    yield services
    services.store.close()
    assert_sound(services.folder)
