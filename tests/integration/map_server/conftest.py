"""A running server per test, on each database at hand."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from map_server.bootstrap.database import open_database
from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.entrypoints.geodata_command import load_sample_ward
from tests.fakes.clock import FakeClock
from tests.running_server import RunningServer, databases, fresh_database, running_server
from tests.site_register import Register, site_register


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all tables and no rows; copied, it saves each test the migrations."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("empty"))
    open_database(settings).dispose()
    return settings.data_dir


@pytest.fixture(params=databases())
def server(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> Iterator[RunningServer]:
    shutil.copytree(empty_data, tmp_path / "data")
    with fresh_database(request.param) as url, running_server(tmp_path / "data", url) as running:
        yield running


@pytest.fixture(params=databases())
def register(request: pytest.FixtureRequest, tmp_path: Path, empty_data: Path) -> Iterator[Register]:
    """Three sites in a small ward, on each database at hand."""
    shutil.copy(empty_data / "lilong.sqlite3", tmp_path / "ward.sqlite3")  # saves the migrations
    with fresh_database(request.param) as url, site_register(tmp_path, url) as opened:
        yield opened


@pytest.fixture(scope="module")
def loaded_ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample ward, loaded once and copied for each test."""
    folder = tmp_path_factory.mktemp("ward") / "data"
    with running_services(Settings(data_dir=folder), FakeClock()) as services:
        load_sample_ward(services)
    return folder


@pytest.fixture(params=databases())
def ward(request: pytest.FixtureRequest, tmp_path: Path, loaded_ward: Path) -> Iterator[RunningServer]:
    """A running server with the sample ward."""
    if request.param == "sqlite":
        shutil.copytree(loaded_ward, tmp_path / "data")
    with fresh_database(request.param) as url, running_server(tmp_path / "data", url) as running:
        load_sample_ward(running.services)
        yield running
