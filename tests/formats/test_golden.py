"""The small files of the repository: what was read of them once stays so (written by our own reader)."""

import json
from pathlib import Path

import pytest

from gateway import formats
from gateway.errors import FormatError
from tests.formats.golden import INVALID, REASONS, VALID, as_json, golden_of


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_a_valid_file_gives_its_golden_summary(path: Path) -> None:
    assert as_json(formats.read(path.read_bytes())) == json.loads(golden_of(path).read_text())


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_an_invalid_file_is_refused_for_its_reason(path: Path) -> None:
    with pytest.raises(FormatError) as refusal:
        formats.read(path.read_bytes())
    assert [refusal.value.code, refusal.value.offset] == json.loads(REASONS.read_text())[path.name]
