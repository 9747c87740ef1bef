"""The report as one HTML page that needs nothing else: tables, a timeline for each clip, every fault."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.evaluate.fault_pictures import FaultPicture
from models.evaluate.results import Results
from models.evaluate.tables import COLUMNS, cells
from models.evaluate.timeline import timeline

TEMPLATES = Path(__file__).parent / "templates"


def page(results: Results, faults: Sequence[FaultPicture]) -> str:
    """Give the page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    findings = results.evaluation.findings
    return environment.get_template("events.html").render(
        results=results,
        faults=faults,
        columns=COLUMNS,
        cells=cells,
        timelines=[
            timeline(clip, [each for each in findings if each.clip == clip.name]) for clip in results.clips
        ],
    )
