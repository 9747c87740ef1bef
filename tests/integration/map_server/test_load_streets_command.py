"""`map-server load-streets` as a user types it: what it says, and that a wrong file changes nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from map_server.bootstrap.record import recorded
from map_server.bootstrap.server import running_services
from map_server.config import settings_from
from map_server.domain.errors import InvalidInput
from map_server.entrypoints.cli import command_line
from tests.osm_town import write_town

BOX = "121.5599,31.2499,121.5605,31.2505"


def load(folder: Path, *arguments: str) -> list[str]:
    """Run the command in this process; give the lines that it prints."""
    app = command_line(
        running_services, recorded, lambda data, host, port: settings_from({}, data, host, port)
    )
    options = ["--data", str(folder / "data")]
    result = CliRunner().invoke(app, ["load-streets", *arguments, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_it_says_what_was_loaded_and_whose_it_is(tmp_path: Path) -> None:
    town = str(write_town(tmp_path / "town.osm"))
    assert load(tmp_path, town) == [
        "streets: 4 ways, 4 segments, loaded (town.osm)",
        "walk: 1.0 km",
        "ebike: 1.0 km",
        "source: © OpenStreetMap contributors, ODbL 1.0, data of 2026-07-21; shown on the map",
    ]
    assert load(tmp_path, town)[0].endswith("unchanged since they were loaded (town.osm)")
    assert load(tmp_path, town, "--box", BOX)[0].startswith("streets: 3 ways")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("town.txt", b"", r"town\.txt: is no file of streets; give one of \.osm"),
        ("town.osm", b"<osm><node", r"town\.osm: is no readable OpenStreetMap file"),
        ("town.osm", b'<osm version="0.6"></osm>', r"town\.osm: holds no way with a highway tag"),
        ("town.osm.pbf", b"pbf" * 50, r"town\.osm\.pbf: is no readable OpenStreetMap file"),
        ("streets.geojson", b"{}", r'streets\.geojson: "type" must be "FeatureCollection"'),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        load(tmp_path, str(tmp_path / name))


@pytest.mark.parametrize("box", ["1,2", "west,south,east,north", "10,0,5,1", "0,0,1,95"])
def test_a_wrong_box_is_named(tmp_path: Path, box: str) -> None:
    with pytest.raises(InvalidInput, match="--box"):
        load(tmp_path, str(write_town(tmp_path / "town.osm")), "--box", box)
