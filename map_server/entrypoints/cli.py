"""The commands of `map-server`. Each opens the services by a function that bootstrap hands in."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from map_server.config import Settings
from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.entrypoints.geodata_command import load_geodata
from map_server.entrypoints.handbook_command import check_responsibilities
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.server import MapServer, listen
from map_server.entrypoints.record_commands import check_record, export_heads, export_verdicts
from map_server.entrypoints.services import Record, Services
from map_server.entrypoints.street_command import load_streets

OpenServices = Callable[[Settings], AbstractContextManager[Services]]
OpenRecord = Callable[[Settings], AbstractContextManager[Record]]
MakeSettings = Callable[[Path | None, str | None, int | None], Settings]

Data = Annotated[Path | None, typer.Option(help="Folder of database and evidence [var/server].")]


def command_line(
    open_services: OpenServices, open_record: OpenRecord, settings_of: MakeSettings
) -> typer.Typer:
    """Build the commands. `open_record` opens log and evidence as they lie, without bringing anything up to
    date.
    """
    app = typer.Typer(
        help="Turns events of edge agents into incidents, audited decisions and patrol stops.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    _add_running(app, open_services, settings_of)
    _add_ward(app, open_services, settings_of)
    _add_record(app, open_services, open_record, settings_of)
    return app


def _add_running(app: typer.Typer, open_services: OpenServices, settings_of: MakeSettings) -> None:
    @app.command()
    def serve(
        data: Data = None,
        host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1].")] = None,
        port: Annotated[int | None, typer.Option(help="Port; 0 lets the system choose [8000].")] = None,
    ) -> None:
        """Run the server until Ctrl-C."""
        _serve(open_services, settings_of(data, host, port))

    @app.command("enroll-device")
    def enroll_device(
        device_id: Annotated[str, typer.Argument(metavar="ID", help="The name of the box.")],
        data: Data = None,
    ) -> None:
        """Print a one-time token that lets a device in."""
        with open_services(settings_of(data, None, None)) as services:
            issued = services.devices.issue_enrolment(device_id, "system")
        typer.echo(issued.token)
        typer.echo(f"valid once, until {issued.expires_at:%Y-%m-%d %H:%M} UTC, for {device_id}", err=True)


def _add_ward(app: typer.Typer, open_services: OpenServices, settings_of: MakeSettings) -> None:
    @app.command("load-geodata")
    def load_geodata_files(
        paths: Annotated[
            list[Path], typer.Argument(metavar="PATH...", help="Files (.geojson, .gpkg, .shp) or folders.")
        ],
        layer: Annotated[str | None, typer.Option(help="Which layer the file is [its name].")] = None,
        datum: Annotated[Datum | None, typer.Option(help="Overrides what the file claims.")] = None,
        data: Data = None,
    ) -> None:
        """Load layers of the ward: all of them, or none when one has a fault."""
        with open_services(settings_of(data, None, None)) as services:
            load_geodata(services, paths, layer, datum)

    @app.command("load-streets")
    def load_street_file(
        path: Annotated[
            Path,
            typer.Argument(
                metavar="FILE", help="OpenStreetMap (.osm.pbf, .osm) or geodata (.geojson, .gpkg, .shp)."
            ),
        ],
        box: Annotated[
            str | None, typer.Option(help="west,south,east,north: only ways of OpenStreetMap that touch it.")
        ] = None,
        datum: Annotated[Datum | None, typer.Option(help="Overrides what the file claims.")] = None,
        data: Data = None,
    ) -> None:
        """Put the streets of a file in the place of those before; wrong files change nothing."""
        with open_services(settings_of(data, None, None)) as services:
            load_streets(services, path, box, datum)

    @app.command("check-responsibilities")
    def check(
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE]", help="A file or folder [what is in force].")
        ] = None,
        data: Data = None,
    ) -> None:
        """Name every gap and overlap of the responsibilities, over all classes, places, hours and days."""
        with open_services(settings_of(data, None, None)) as services:
            check_responsibilities(services, file)


def _add_record(
    app: typer.Typer, open_services: OpenServices, open_record: OpenRecord, settings_of: MakeSettings
) -> None:
    @app.command("verify-log")
    def verify_log(
        data: Data = None,
        heads: Annotated[
            Path | None, typer.Option(help="Heads exported before; proves that nothing was rewritten.")
        ] = None,
        public_key: Annotated[
            str | None, typer.Option(help="The server's key, in hex or in a file [beside the database].")
        ] = None,
    ) -> None:
        """Check the audit chain, signed heads, rows and files of evidence; name what does not fit first."""
        settings = settings_of(data, None, None)
        if settings.database_url is None and not settings.database_path.exists():
            raise InvalidInput(f"--data {settings.data_dir}: there is no database of a map server here")
        with open_record(settings) as record:
            check_record(record, heads, public_key)

    @app.command("export-heads")
    def export_signed_heads(
        out: Annotated[Path | None, typer.Option(help="File to write [standard output].")] = None,
        data: Data = None,
    ) -> None:
        """Write all signed heads of the log, a JSON object a line; keep them where no server can write."""
        with open_services(settings_of(data, None, None)) as services:
            export_heads(services, out)

    @app.command("export-verdicts")
    def export_set(
        out: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The archive to write.")],
        until: Annotated[
            datetime | None,
            typer.Option(
                help="Only verdicts given before this instant, UTC [all].", formats=["%Y-%m-%dT%H:%M:%SZ"]
            ),
        ] = None,
        data: Data = None,
    ) -> None:
        """Write verdicts and their pictures as a COCO and YOLO set; the same verdicts give the same bytes."""
        with open_services(settings_of(data, None, None)) as services:
            export_verdicts(services, out, until)


def _serve(open_services: OpenServices, settings: Settings) -> None:
    socket = listen(settings.host, settings.port)
    with open_services(settings) as services, socket:
        server = MapServer(create_app(services))
        port = socket.getsockname()[1]
        address = settings.public_url or f"http://{settings.host}:{port}"
        typer.echo(f"map-server: listening on {address}")
        token = services.accounts.renew_first_start_token()
        if token is not None:
            typer.echo(f"map-server: first start; make your account at {address}/welcome/{token}")
        sys.stdout.flush()
        server.run(sockets=[socket])
    typer.echo("map-server: stopped")
