"""The figures as tables for the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from models.evaluate.contest import Rivalry
from models.evaluate.figures import Scores
from models.evaluate.redaction import RedactionScore
from models.evaluate.results import Results

COLUMNS = (
    "things", "events", "precision", "recall", "F1", "false", "false/h", "switches", "alarm s",
    "geotag m", "in ellipse", "width m", "area", "CPU s/s",
)  # fmt: skip


def cells(scores: Scores) -> Iterator[str]:
    """Give a row under COLUMNS."""
    yield str(scores.true_events)
    yield str(scores.reported_events)
    yield from (_number(value, 3) for value in (scores.precision, scores.recall, scores.f1))
    yield str(scores.false_alarms)
    yield _number(scores.false_alarms_per_camera_hour, 1)
    yield str(scores.identity_switches)
    yield _number(scores.time_to_alarm_s_median, 1)
    yield _number(scores.geotag_error_m_median, 2)
    yield _percent(scores.geotag_ellipse_coverage)
    yield _number(scores.clear_width_error_m_max, 2)
    yield _percent(scores.changed_area_error_median)
    yield _number(scores.cpu_s_per_s, 3)


def print_tables(console: Console, results: Results) -> None:
    """Print the figures of a run, what went wrong, the rivals, and who was hidden."""
    evaluation = results.evaluation
    console.print(_table("clip", evaluation.by_clip, evaluation.by_kind, {"overall": evaluation.overall}))
    for finding in evaluation.findings:
        if not finding.is_right:
            fault = "missed" if finding.is_miss else "false alarm"
            console.print(f"{finding.clip}: {fault}: {finding.kind}: {finding.reason}", highlight=False)
    if results.rivalries:
        console.print(rivals_table(results.rivalries))
    if results.redaction:
        console.print(redaction_table(results.redaction))


def redaction_table(scores: Sequence[RedactionScore]) -> Table:
    """Give how many persons are hidden, and what is hidden beside them."""
    table = Table("persons in", "frames", "persons", "hidden", "share", "rest pixelated", "things pixelated")
    for score in scores:
        parts = (score.share, score.needless_share, score.thing_hidden_share)
        counts = (score.frames, score.persons, score.hidden)
        table.add_row(
            score.name,
            *(str(count) for count in counts),
            *("-" if part is None else f"{part:.1%}" for part in parts),
        )
    return table


def rivals_table(rivalries: Mapping[str, Rivalry]) -> Table:
    """Give each rival above the agent's figures over the same kinds."""
    table = _with_columns("rival")
    for name, rivalry in rivalries.items():
        table.add_row(name, *cells(rivalry.rival.overall))
        table.add_row("agent on these kinds", *cells(rivalry.agent.overall))
        verdict = "better in sum" if rivalry.is_strictly_better else "NOT better in sum"
        worse = f"; agent worse in: {', '.join(rivalry.worse_rows)}" if rivalry.worse_rows else ""
        table.add_row(f"  {verdict}{worse}")
        table.add_section()
    return table


def _table(first: str, *sections: Mapping[str, Scores]) -> Table:
    table = _with_columns(first)
    for section in sections:
        for name, scores in section.items():
            table.add_row(name, *cells(scores))
        table.add_section()
    return table


def _with_columns(first: str) -> Table:
    table = Table(first)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    return table


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
