"""`python -m models.evaluate footprint`: simulated sheds, and how well the ground that they cover is told."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from models.evaluate.footprint import WANTED_ERROR, simulate


def footprint(
    sheds: Annotated[int, typer.Option(min=10, help="How many sheds are seen.")] = 300,
    seed: Annotated[int, typer.Option(help="Another seed draws other cameras and sheds.")] = 20261123,
) -> None:
    """Simulate sheds on roofs, and compare the ground told from their outlines with the truth."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("sheds", total=sheds)
        figures, untold = simulate(sheds, seed, lambda: progress.advance(task))
    wanted = f"within {WANTED_ERROR:.0%}"
    table = Table("", "sheds", "median error", "bias", wanted, "outline on the ground: median error")
    for name, one in figures.items():
        errors = (f"{one.median_error:.1%}", f"{one.bias:+.1%}", f"{one.within_wanted:.0%}")
        table.add_row(name, str(one.sheds), *errors, f"{one.median_error_on_the_ground:.0%}")
    table.caption = f"no area told of {untold} more"
    Console(width=110).print(table)
