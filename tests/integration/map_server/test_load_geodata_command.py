"""`map-server load-geodata` as a user types it: what it says, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from map_server.bootstrap.record import recorded
from map_server.bootstrap.server import running_services
from map_server.config import settings_from
from map_server.domain.errors import InvalidInput
from map_server.entrypoints.cli import command_line

REPOSITORY = Path(__file__).resolve().parents[3]
TEAMS = REPOSITORY / "geodata" / "sample_ward" / "teams.json"


def layer_file(folder: Path, name: str, lon: float, lat: float) -> Path:
    """A layer of one point."""
    point = {"type": "Point", "coordinates": [lon, lat]}
    feature = {"type": "Feature", "properties": {"id": "A"}, "geometry": point}
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def load(folder: Path, *arguments: str) -> list[str]:
    """Run the command in this process; give the lines that it prints."""
    app = command_line(
        running_services, recorded, lambda data, host, port: settings_from({}, data, host, port)
    )
    options = ["--data", str(folder / "data")]
    result = CliRunner().invoke(app, ["load-geodata", *arguments, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_it_says_what_became_of_each_layer_and_brings_the_teams(tmp_path: Path) -> None:
    layer_file(tmp_path, "gates", 121.56, 31.25)
    (tmp_path / "teams.json").write_bytes(TEAMS.read_bytes())
    assert load(tmp_path, str(tmp_path)) == ["gates: 1 features (gates.geojson, OGC:CRS84)", "teams: 4 added"]
    assert load(tmp_path, str(tmp_path)) == [
        "gates: unchanged since it was loaded (gates.geojson, OGC:CRS84)"
    ]


def test_datum_and_layer_are_options(tmp_path: Path) -> None:
    path = layer_file(tmp_path, "export", 121.5742283, 31.2478234)
    assert load(tmp_path, str(path), "--layer", "gates", "--datum", "gcj02") == [
        "gates: 1 features (export.geojson, OGC:CRS84, read as gcj02)"
    ]


def test_wrong_team_file_loads_nothing(tmp_path: Path) -> None:
    layer_file(tmp_path, "gates", 121.56, 31.25)
    (tmp_path / "teams.json").write_text('{"teams": [{"team_id": "A"}]}')
    with pytest.raises(InvalidInput, match=r"teams\.json: teams/0/name_zh"):
        load(tmp_path, str(tmp_path))
    (tmp_path / "teams.json").unlink()
    assert "unchanged" not in load(tmp_path, str(tmp_path))[0]


def test_it_ends_with_2_and_one_line_for_what_the_user_can_mend(tmp_path: Path) -> None:
    wrong = layer_file(tmp_path, "gates", 31.25, 121.56)
    ended = subprocess.run(
        [sys.executable, "-m", "map_server", "load-geodata", str(wrong), "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        timeout=120,
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.strip().splitlines()
    assert line.startswith("map-server: gates.geojson: feature 1 (A): longitude and latitude are swapped")
