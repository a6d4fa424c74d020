"""Gateways for the tests: one that all share, or any number on folders of their own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.client import Device, pair
from tests.e2e.program import Program

Make = Callable[..., Program]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make gateways, not started yet; none outlives the test."""
    made: list[Program] = []

    def new(settings: Mapping[str, str] | None = None, **options: Any) -> Program:
        folder = tmp_path / f"gateway{len(made)}"
        folder.mkdir()
        made.append(Program(folder, settings, **options))
        return made[-1]

    yield new
    for program in made:
        program.end()


@pytest.fixture
def program(make: Make) -> Program:
    """A gateway of the test's own."""
    return make().start()


@pytest.fixture
def watch(program: Program) -> Iterator[Device]:
    """A device paired with it."""
    with pair(program) as device:
        yield device


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One gateway for all tests that leave it as it was."""
    program = Program(tmp_path_factory.mktemp("shared")).start()
    yield program
    program.end()


@pytest.fixture(scope="package")
def shared_watch(shared: Program) -> Iterator[Device]:
    with pair(shared) as device:
        yield device
