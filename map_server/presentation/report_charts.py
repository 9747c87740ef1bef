"""The charts of a report as data: lengths, labels and tones. The page draws them as SVG, the print on paper.

All of them are bars: lengths are compared best along one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from map_server.domain.report import Report
from map_server.domain.report_figures import Dimension, Figure, FigureKey
from map_server.presentation.report_document import Speech
from map_server.presentation.report_words import FIGURES, PHASES

F = FigureKey
MAX_BARS = 12
TONES = (
    "accent",
    "good",
    "warn",
    "bad",
    "soft",
    "garbage_drop",
    "blocked_fire_lane",
    "illegal_structure",
    "camera_health",
)
"""What a bar says by its colour; words stand beside each."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or a piece of one. `share` is its length against the whole chart, 0 to 1."""

    label: str
    text: str
    share: float
    tone: str
    rows: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`is_stack`: the bars are pieces of one line, else they stand one under the other."""

    name: str
    title: str
    bars: tuple[Bar, ...]
    is_stack: bool = False
    note: str = ""


def charts(report: Report, speech: Speech) -> tuple[Chart, ...]:
    """Give the charts that have something to show."""
    made = (
        fate_chart(report, speech),
        phase_chart(report, speech),
        class_chart(report, speech),
        score_chart(report, speech),
    )
    return tuple(chart for chart in made if any(bar.share for bar in chart.bars))


def fate_chart(report: Report, speech: Speech) -> Chart:
    """Say what became of all that there was to close."""
    _ = speech
    on_time, late = report.figure(F.ON_TIME), report.figure(F.CLOSED_LATE)
    overdue, still_open = report.figure(F.OVERDUE_AT_END), report.figure(F.OPEN_AT_END)
    whole = _number(report.figure(F.TO_CLOSE))
    in_time = _number(still_open) - _number(overdue)
    pieces = (
        (_(FIGURES[F.ON_TIME][0]), _number(on_time), "good", on_time),
        (_(FIGURES[F.CLOSED_LATE][0]), _number(late), "warn", late),
        (_("Open, in time"), in_time, "soft", still_open),
        (_("Open, overdue"), _number(overdue), "bad", overdue),
    )
    bars = tuple(
        Bar(label, f"{count:,.0f}", count / whole if whole else 0.0, tone, figure.drill.text)
        for label, count, tone, figure in pieces
    )
    title = _("What became of {count} orders to close").format(count=f"{whole:,.0f}")
    return Chart("fate", title, bars, is_stack=True)


def phase_chart(report: Report, speech: Speech) -> Chart:
    """Show the medians of the four phases beside each other."""
    _ = speech
    figures = [(_(name), report.figure(median)) for name, median, _p90 in PHASES]
    longest = max((_number(figure) for _name, figure in figures), default=0.0)
    bars = tuple(_bar(name, figure, longest, "accent", speech) for name, figure in figures)
    return Chart("phases", _("Where the time goes, median"), bars)


def class_chart(report: Report, speech: Speech) -> Chart:
    """Show what was found, by class."""
    _ = speech
    rows = report.section(Dimension.CLASS).rows
    figures = [
        (speech.name(row, Dimension.CLASS), row.figure(F.FOUND_STANDING), _tone(row.key)) for row in rows
    ]
    return _ranking("classes", _("Found and standing, by class"), figures, speech)


def score_chart(report: Report, speech: Speech) -> Chart:
    """Show the scores of units, the best first."""
    _ = speech
    rows = [row for row in report.section(Dimension.UNIT).rows if row.rank is not None]
    figures = [(speech.name(row, Dimension.UNIT), row.figure(F.SCORE), "accent") for row in rows]
    return _ranking("scores", _("Scores of units"), figures, speech)


def _ranking(name: str, title: str, figures: Sequence[tuple[str, Figure, str]], speech: Speech) -> Chart:
    _ = speech
    shown = [each for each in figures if each[1].value is not None][:MAX_BARS]
    longest = max((_number(figure) for _name, figure, _tone in shown), default=0.0)
    bars = tuple(_bar(label, figure, longest, tone, speech) for label, figure, tone in shown)
    hidden = len(figures) - len(shown)
    note = _("{count} more in the table below.").format(count=hidden) if hidden else ""
    return Chart(name, title, bars, note=note)


def _bar(label: str, figure: Figure, longest: float, tone: str, speech: Speech) -> Bar:
    share = _number(figure) / longest if longest else 0.0
    return Bar(label, speech.value(figure.unit, figure.value), share, tone, figure.drill.text)


def _number(figure: Figure) -> float:
    return float(figure.value or 0)


def _tone(key: str) -> str:
    return key if key in TONES else "soft"
