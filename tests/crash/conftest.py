"""The options and fixtures of the crash tests."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crash.kinds import KINDS, Kind
from tests.crash.victims import Victims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=70, help="how often to kill a writer")
    parser.addoption("--corruptions", type=int, default=60, help="how often to damage an index")
    parser.addoption("--crash-seed", type=int, default=1, help="chooses what happens when")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    # The option is unknown when a whole run did not start in this folder.
    return int(request.config.getoption("--kills", 70))


@pytest.fixture
def corruptions(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--corruptions", 60))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Whether the dense index is exact or compressed; what takes it runs with both."""
    found: Kind = request.param
    return found


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--crash-seed", 1))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Writes a line of figures to the terminal, captured or not."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def write(line: str) -> None:
        with capture.global_and_fixture_disabled():
            sys.stdout.write(f"\n{line}\n")

    return write


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a killed process loses nothing by it, and it is fast."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="quoth-crash-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    with Victims() as started:
        yield started
