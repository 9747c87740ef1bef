"""A running server per test, on each database at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_server import RunningServer, databases, fresh_database, running_server


@pytest.fixture(params=databases())
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    with fresh_database(request.param) as url, running_server(tmp_path / "data", url) as running:
        yield running
