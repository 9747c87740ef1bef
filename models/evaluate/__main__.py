"""`python -m models.evaluate`: reads the command line, scores, prints; exit code 2 for what the user can
mend.
"""

import logging
import sys

import typer

from edge_agent.bootstrap.process import set_up_process
from edge_agent.errors import ConfigError
from models.evaluate.detector_command import detector
from models.evaluate.detector_time import detector_time
from models.evaluate.events_command import events
from models.evaluate.footprint_command import footprint
from models.evaluate.geotag_command import geotag
from models.evaluate.parked_command import parked

app = typer.Typer(help="Scores what the agent reports.", no_args_is_help=True, add_completion=False)
app.command("detector")(detector)
app.command("detector-time")(detector_time)
app.command("events")(events)
app.command("footprint")(footprint)
app.command("geotag")(geotag)
app.command("parked-vehicles")(parked)


def main() -> None:
    """Run the command line."""
    set_up_process(logging.WARNING)
    try:
        app()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
