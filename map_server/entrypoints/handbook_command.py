"""`map-server check-responsibilities`, and the handbook's files beside geodata."""

from collections.abc import Sequence
from pathlib import Path

import typer

from map_server.adapters.handbook_files import FILES, has_handbook
from map_server.domain.errors import InvalidInput
from map_server.entrypoints.services import Services
from map_server.services.responsibilities import Fate, HandbookLoad

_SYSTEM = "system"


def handbook_files(paths: Sequence[Path]) -> list[Path]:
    """Give the paths that hold parts of the handbook: files by their name, folders by what is in them."""
    return [path for path in paths if path.name in FILES or has_handbook(path)]


def load_handbook(services: Services, paths: Sequence[Path]) -> None:
    """Load the handbook and say what became of it. Raises InvalidInput, with nothing of it loaded."""
    loaded = services.responsibilities.load(paths, _SYSTEM)
    typer.echo(f"handbook: {_told(loaded)} ({loaded.source})")
    for finding in loaded.findings:
        typer.echo(f"handbook: {finding.line}", err=True)


def check_responsibilities(services: Services, path: Path | None) -> None:
    """Say every gap and overlap in one line each; exit code 2 when there is one."""
    if path is None:
        faults, findings = services.responsibilities.broken_names(), services.responsibilities.findings()
    else:
        faults, findings = services.responsibilities.check([path])
    if path is None and not services.responsibilities.handbook().rules:
        raise InvalidInput(
            "no responsibilities were loaded; give a FILE, or load one (map-server load-geodata)"
        )
    for line in [*(f"{fault.path}: {fault.message}" for fault in faults), *(one.line for one in findings)]:
        typer.echo(line)
    if faults or findings:
        typer.echo(f"map-server: {len(faults) + len(findings)} to mend", err=True)
        raise typer.Exit(2)
    typer.echo("no gap, no overlap: every class has one lead at every place and hour")


def _told(loaded: HandbookLoad) -> str:
    counts = {fate: sum(one is fate for _, one in loaded.fates) for fate in Fate}
    told = [f"{count} {fate}" for fate, count in counts.items() if count]
    return ", ".join([*told, f"{loaded.unchanged} unchanged"])
