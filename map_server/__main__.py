"""`map-server`: reads the command line, calls the command, turns errors into one line and an exit code.

0 success; 1 a fault at run time, or a record that does not hold; 2 something that the user can mend.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from sqlalchemy.exc import DBAPIError
from typer.exceptions import TyperException

from map_server.bootstrap.record import recorded
from map_server.bootstrap.server import running_services
from map_server.bootstrap.system import set_up_logging
from map_server.config import Settings, settings_from
from map_server.domain.errors import DomainError, InvalidInput, Unavailable
from map_server.entrypoints.cli import command_line


def _settings(data_dir: Path | None, host: str | None, port: int | None) -> Settings:
    try:
        return settings_from(os.environ, data_dir, host, port)
    except ValueError as error:
        raise InvalidInput(str(error)) from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, of the command line unless given, and exit."""
    set_up_logging()
    try:
        commands = command_line(running_services, recorded, _settings)
        sys.exit(commands(arguments, standalone_mode=False))
    except TyperException as error:
        _end(error.format_message(), 2)
    except Unavailable as error:
        _end(error.message, 1)
    except DomainError as error:
        _end(error.message, 2)
    except DBAPIError as error:
        _end(f"the database does not answer: {str(error.orig).strip().splitlines()[0]}", 1)
    except OSError as error:
        _end(f"{error.filename or 'file'}: {error.strerror or error}", 2)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(line: str, code: int) -> None:
    typer.echo(f"map-server: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
