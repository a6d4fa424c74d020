"""What the tests of backups share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.backup.folder import LARGE, SMALL, Folder
from tests.service.test_cleanup import put


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    services = Folder(tmp_path / "data", tmp_path / "place")
    put(services, "/documents/small.txt", SMALL)
    put(services, "/documents/large.txt", LARGE)
    yield services
    services.store.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "restored"
