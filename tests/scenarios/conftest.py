"""A small ward per story, on each database at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_server import databases, fresh_database
from tests.small_ward import SmallWard, small_ward


@pytest.fixture(params=databases())
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallWard]:
    with fresh_database(request.param) as url, small_ward(tmp_path, url) as opened:
        yield opened
