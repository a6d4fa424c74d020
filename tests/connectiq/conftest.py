from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectiq.home import SETTINGS, Home
from tests.connectiq.simulator import Simulator
from tests.local import Local


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def home(simulator: Simulator, tmp_path: Path) -> Iterator[Home]:
    with Local(SETTINGS) as gateway:
        yield Home(gateway, simulator, tmp_path)


@pytest.fixture(autouse=True)
def _sound(simulator: Simulator) -> Iterator[None]:
    """No scenario may show a text that is cut off, or run code that other watches understand otherwise."""
    yield
    simulator.assert_sound()
