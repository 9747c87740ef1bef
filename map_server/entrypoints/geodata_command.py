"""`map-server load-geodata`: layers of the ward, all or nothing, and the teams beside them."""

from collections.abc import Sequence
from pathlib import Path

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from map_server.adapters.handbook_files import FILES
from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.domain.team import Team
from map_server.entrypoints.handbook_command import handbook_files, load_handbook
from map_server.entrypoints.http.teams import NewTeam
from map_server.entrypoints.services import Services
from map_server.services.geodata import LoadResult

TEAM_FILE = "teams.json"
SAMPLE_WARD = Path(__file__).resolve().parents[2] / "geodata" / "sample_ward"
"""Part of the checkout, not of the installed package."""
_SYSTEM = "system"


class _Teams(BaseModel):
    teams: list[NewTeam]


def load_sample_ward(services: Services) -> bool:
    """Give a server without any layer the sample ward, its teams and its handbook; tell whether it did."""
    if not SAMPLE_WARD.is_dir() or not services.geodata.is_empty():
        return False
    services.geodata.load([SAMPLE_WARD], _SYSTEM)
    _add_new_teams(services, _teams_beside([SAMPLE_WARD]))
    services.responsibilities.load([SAMPLE_WARD], _SYSTEM)
    return True


def load_geodata(services: Services, paths: Sequence[Path], layer: str | None, datum: Datum | None) -> None:
    """Load files or folders, and say what became of each layer.

    A folder's `teams.json` brings patrol teams; those that exist already stay as they are. The handbook's
    files come after the layers, which they name. Raises InvalidInput; what has
    the fault is not loaded.
    """
    teams, handbook = _teams_beside(paths), handbook_files(paths)
    paths = [path for path in paths if path.name not in FILES]
    if not paths:
        load_handbook(services, handbook)
        return
    with Console(stderr=True).status("reading and checking"):
        results = services.geodata.load(paths, _SYSTEM, layer, datum)
    for result in results:
        typer.echo(_line(result))
    if added := _add_new_teams(services, teams):
        typer.echo(f"teams: {added} added")
    if handbook:
        load_handbook(services, handbook)


def _teams_beside(paths: Sequence[Path]) -> list[Team]:
    files = [file for path in paths if (file := path / TEAM_FILE).is_file()]
    return [team for file in files for team in _teams_of(file)]


def _teams_of(file: Path) -> list[Team]:
    try:
        rows = _Teams.model_validate_json(file.read_bytes()).teams
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{file.name}: {where}: {first['msg']}") from error
    return [row.team(row.team_id, version=1) for row in rows]


def _add_new_teams(services: Services, teams: Sequence[Team]) -> int:
    known = {team.team_id for team in services.teams.all()}
    new = [team for team in teams if team.team_id not in known]
    for team in new:
        services.teams.add(team, _SYSTEM)
    return len(new)


def _line(result: LoadResult) -> str:
    became = f"{result.feature_count} features" if result.is_changed else "unchanged since it was loaded"
    return f"{result.layer}: {became} ({result.source}, {result.crs})"
