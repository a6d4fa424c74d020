"""Servers for the tests: one that all share, or one with settings of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.programs import Program, Start


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers with settings of their own; none outlives the test."""
    programs: list[Program] = []

    def run(**settings: Any) -> Program:
        programs.append(Program(**settings))
        return programs[-1]

    yield run
    for program in programs:
        program.kill()


@pytest.fixture(scope="package")
def server() -> Iterator[Program]:
    """One server for all tests that leave it as it was."""
    program = Program()
    yield program
    program.kill()
