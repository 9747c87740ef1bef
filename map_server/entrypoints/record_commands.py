"""`map-server verify-log`, `export-heads` and `export-verdicts`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from map_server.domain.errors import InvalidInput
from map_server.domain.signed_head import SignedHead, signed_head_from
from map_server.entrypoints.services import Record, Services
from map_server.services.verification import Verification, Witness, verify

_PROGRESS_EVERY = 500
_KEY_CHARACTERS = 64


def check_record(record: Record, heads: Path | None, public_key: str | None) -> None:
    """Check everything, print what was found; exit code 1 for a record that does not hold."""
    key = _key_of(public_key) if public_key is not None else record.public_key
    witness = Witness(record.check_signature, key, [] if heads is None else _heads_in(heads))
    with Console(stderr=True).status("checking") as status:

        def progress(checked: int) -> None:
            if checked % _PROGRESS_EVERY == 0:
                status.update(f"checked {checked}")

        found = verify(record.read, record.files, witness, progress)
    _report(found)


def _report(found: Verification) -> None:
    if found.fault is not None:
        typer.echo(f"map-server: {found.fault}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{found.entries} log entries and {found.evidence} pieces of evidence are whole")
    if found.erased:
        typer.echo(f"{found.erased} of the pieces were erased, as the log records")
    if found.signed_heads:
        typer.echo(f"{found.signed_heads} signed heads fit")
    typer.echo(f"head {found.head_hash}")


def _key_of(text: str) -> str:
    path = Path(text)
    key = path.read_text().strip() if path.is_file() else text
    if len(key) != _KEY_CHARACTERS or not set(key) <= set("0123456789abcdef"):
        raise InvalidInput(f"--public-key {text}: is neither a file nor a key of 64 hex digits")
    return key


def _heads_in(path: Path) -> list[SignedHead]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [signed_head_from(json.loads(line)) for line in lines if line.strip()]
    except ValueError as error:
        raise InvalidInput(f"--heads {path}: {error}; give a file of map-server export-heads") from error


def export_heads(services: Services, out: Path | None) -> None:
    """Sign the head as it is, if today has none, and write all signed heads."""
    services.keeping.heads.sign_if_due()
    lines = [head.to_line() for head in services.keeping.heads.all()]
    if out is None:
        for line in lines:
            typer.echo(line)
    else:
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} signed heads; public key {services.keeping.heads.public_key}", err=True)


def export_verdicts(services: Services, out: Path, until: datetime | None) -> None:
    """Write the set of verdicts and tell what is in it."""
    instant = None if until is None else until.replace(tzinfo=UTC)
    made = services.audit.export.write(out, "system", instant)
    typer.echo(f"{out}: version {made.version}, {made.images} pictures, {made.boxes} boxes")
    if made.missing:
        typer.echo(
            f"{made.missing} verdicts have no picture (not arrived, or erased); see manifest.json", err=True
        )
