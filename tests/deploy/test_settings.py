"""The files of ``deploy/`` and the documents name only settings that exist."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gateway.config import Config
from tests.deploy.proxies import DEPLOY
from tests.e2e.program import ROOT

SETTINGS = {item.metadata["name"] for item in fields(Config)}


def texts() -> list[Path]:
    deploy = [file for file in DEPLOY.rglob("*") if file.is_file() and "secrets" not in file.parts]
    return [*deploy, ROOT / "Dockerfile", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("file", texts(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(file: Path) -> None:
    assert set(re.findall(r"SYNC_[A-Z_]*[A-Z]", file.read_text())) <= SETTINGS
