from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.connectiq.home import SETTINGS, Home
from tests.connectiq.simulator import Simulator, Watch


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def home(simulator: Simulator, tmp_path: Path) -> Iterator[Home]:
    with LocalGateway(SETTINGS) as gateway:
        yield Home(gateway, simulator, tmp_path)


@pytest.fixture(autouse=True)
def _sound(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No scenario may end with a text off the screen, or with code that other watches understand otherwise."""
    watches: list[Watch] = []
    original = Watch.__init__

    def remember(self: Watch, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[arg-type]
        watches.append(self)

    monkeypatch.setattr(Watch, "__init__", remember)
    yield
    for watch in watches:
        assert not watch.unreadable
        assert not watch.quirks
        watch.forget()
