"""Golden summaries of the small files in tests/data/formats.

``PYTHONPATH=. python tests/formats/golden.py`` writes them anew.
"""

import json
from dataclasses import asdict
from pathlib import Path

from gateway import formats
from gateway.errors import FormatError
from gateway.model import Summary

DATA = Path(__file__).parents[1] / "data" / "formats"
VALID = sorted(path for path in (DATA / "valid").iterdir() if path.suffix in {".fit", ".gpx", ".tcx"})
INVALID = sorted(path for path in (DATA / "invalid").iterdir() if path.suffix in {".fit", ".gpx", ".tcx"})
REASONS = DATA / "invalid" / "reasons.json"


def golden_of(path: Path) -> Path:
    return path.with_name(path.name + ".golden.json")


def as_json(summary: Summary) -> dict[str, object]:
    """What the summary says, without what it leaves open."""
    return json.loads(json.dumps(_said(asdict(summary))))


def _said(value: object) -> object:
    if isinstance(value, dict):
        return {key: _said(item) for key, item in value.items() if item not in (None, (), [])}
    if isinstance(value, list | tuple):
        return [_said(item) for item in value]
    return value


def _reason(path: Path) -> list[str | int]:
    try:
        formats.read(path.read_bytes())
    except FormatError as error:
        return [error.code, error.offset]
    raise SystemExit(f"{path.name} was accepted")


def main() -> None:
    for path in VALID:
        summary = as_json(formats.read(path.read_bytes()))
        golden_of(path).write_text(json.dumps(summary, indent=1) + "\n")
    REASONS.write_text(json.dumps({path.name: _reason(path) for path in INVALID}, indent=1) + "\n")


if __name__ == "__main__":
    main()
