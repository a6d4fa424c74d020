"""Where pictures of the pages go."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Give the folder for screenshots; name one in WRISTGATE_SHOTS to look at them."""
    folder = Path(os.environ.get("WRISTGATE_SHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
