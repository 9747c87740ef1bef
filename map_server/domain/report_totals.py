"""The ledger of a report summed up, and the figures that follow from the sums. Source -> Totals -> Figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from map_server.domain.precision import wilson
from map_server.domain.report_figures import (
    COUNTED,
    SHARES,
    Dimension,
    Drill,
    Figure,
    FigureKey,
    FigureUnit,
    Mark,
    subject_of,
)

SECONDS_PER_HOUR = 3600.0
HOURS_OF_RATE = 1000.0


class Phase(StrEnum):
    """What an order's time is split into."""

    WAITING = "waiting"
    TRAVEL = "travel"
    WORK = "work"
    CHECKING = "checking"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 90th percentile of a time, in seconds: the least value that so many orders do not exceed."""

    median_s: int
    p90_s: int


@dataclass(frozen=True, slots=True)
class AuditWeights:
    """Sums over audited detections, each with its weight w: of w, of w for the right ones, of w squared."""

    total: float = 0.0
    right: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of one class, unit, compound, or of all give. `observed_s` None: nobody looked."""

    counts: Mapping[Mark, int]
    spreads: Mapping[Phase, Spread] = field(default_factory=dict)
    audit: AuditWeights = AuditWeights()
    observed_s: float | None = None

    def count(self, key: FigureKey) -> int:
        """Give a counted figure."""
        return self.counts.get(COUNTED[key], 0)


NOTHING = Totals({})
"""Of a compound in which nothing happened and nobody looked."""


def counted_figures(totals: Totals, by: Dimension | None, key: str) -> list[Figure]:
    """Give all counts and shares, in the order of FigureKey."""
    figures = []
    for each in FigureKey:
        if each in COUNTED:
            drill = drill_to(COUNTED[each], by, key)
            figures.append(Figure(each, FigureUnit.COUNT, totals.count(each), drill))
        elif each in SHARES:
            figures.append(_share(each, totals, by, key))
    return figures


def _share(each: FigureKey, totals: Totals, by: Dimension | None, key: str) -> Figure:
    part, whole = (totals.count(count) for count in SHARES[each])
    drill = drill_to(COUNTED[SHARES[each][1]], by, key)
    return Figure(each, FigureUnit.SHARE, part / whole if whole else None, drill, (part, whole))


def precision_figures(totals: Totals, by: Dimension | None, key: str) -> list[Figure]:
    """Give precision with its interval: weighted share (Hájek), Wilson on Kish's effective sample size."""
    audit = totals.audit
    values: tuple[float | None, float | None, float | None] = (None, None, None)
    if audit.total:
        share = audit.right / audit.total
        interval = wilson(share, audit.total**2 / audit.squares)
        values = (share, interval.low, interval.high)
    drill = drill_to(Mark.AUDITED, by, key)
    of = (totals.count(FigureKey.AUDITED_RIGHT), totals.count(FigureKey.AUDITED))
    keys = (FigureKey.PRECISION, FigureKey.PRECISION_LOW, FigureKey.PRECISION_HIGH)
    return [
        Figure(each, FigureUnit.SHARE, value, drill, of) for each, value in zip(keys, values, strict=True)
    ]


def time_figures(totals: Totals, by: Dimension | None, key: str) -> list[Figure]:
    """Give median and 90th percentile of each phase."""
    drill = drill_to(Mark.TIMED, by, key)
    figures = []
    for phase in Phase:
        spread = totals.spreads.get(phase)
        for name, value in (
            ("MEDIAN", spread.median_s if spread else None),
            ("P90", spread.p90_s if spread else None),
        ):
            figures.append(Figure(FigureKey[f"{phase.name}_{name}"], FigureUnit.SECONDS, value, drill))
    return figures


def watch_figures(totals: Totals, by: Dimension | None, key: str) -> list[Figure]:
    """Give camera-hours and the finds per 1000 of them; both unknown where nobody looked."""
    hours = None if not totals.observed_s else totals.observed_s / SECONDS_PER_HOUR
    found = totals.count(FigureKey.FOUND_STANDING)
    rate = None if hours is None else HOURS_OF_RATE * found / hours
    return [
        Figure(FigureKey.CAMERA_HOURS, FigureUnit.HOURS, hours, drill_to(Mark.OBSERVED, by, key)),
        Figure(
            FigureKey.FOUND_PER_1000_HOURS,
            FigureUnit.PER_1000_HOURS,
            rate,
            drill_to(Mark.FOUND_STANDING, by, key),
        ),
    ]


def drill_to(mark: Mark, by: Dimension | None, key: str) -> Drill:
    """Name the rows with a mark, in one row of a breakdown or in all."""
    return Drill(subject_of(mark), mark, by, key)
