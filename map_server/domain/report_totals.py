"""The ledger of a report summed up, and the figures that follow from the sums. Source -> Totals -> Figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from map_server.domain.precision import wilson
from map_server.domain.report_figures import (
    COUNTED,
    SHARES,
    Dimension,
    Figure,
    FigureKey,
    Mark,
    figure_of,
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


def spread(seconds: Iterable[int]) -> Spread:
    """Give median and 90th percentile of at least one time.

    By nearest rank: each is a time that some order really took.
    """
    ordered = sorted(seconds)
    cases = len(ordered)
    return Spread(ordered[(cases + 1) // 2 - 1], ordered[(cases * 9 + 9) // 10 - 1])


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


def counted_figures(totals: Totals, by: Dimension | None, row: str) -> list[Figure]:
    """Give all counts and the shares of two counts."""
    counts = [figure_of(key, totals.count(key), by, row) for key in COUNTED]
    return counts + [_share(key, totals, by, row) for key in SHARES]


def _share(key: FigureKey, totals: Totals, by: Dimension | None, row: str) -> Figure:
    part, whole = (totals.count(count) for count in SHARES[key])
    return figure_of(key, part / whole if whole else None, by, row, (part, whole))


def precision_figures(totals: Totals, by: Dimension | None, row: str) -> list[Figure]:
    """Give precision with its interval: weighted share (Hájek), Wilson on Kish's effective sample size."""
    audit = totals.audit
    values: tuple[float | None, float | None, float | None] = (None, None, None)
    if audit.total:
        share = audit.right / audit.total
        interval = wilson(share, audit.total**2 / audit.squares)
        values = (share, interval.low, interval.high)
    of = (totals.count(FigureKey.AUDITED_RIGHT), totals.count(FigureKey.AUDITED))
    keys = (FigureKey.PRECISION, FigureKey.PRECISION_LOW, FigureKey.PRECISION_HIGH)
    return [figure_of(key, value, by, row, of) for key, value in zip(keys, values, strict=True)]


def time_figures(totals: Totals, by: Dimension | None, row: str) -> list[Figure]:
    """Give median and 90th percentile of each phase."""
    figures = []
    for phase in Phase:
        spread = totals.spreads.get(phase)
        median_s, p90_s = (spread.median_s, spread.p90_s) if spread else (None, None)
        figures.append(figure_of(FigureKey[f"{phase.name}_MEDIAN"], median_s, by, row))
        figures.append(figure_of(FigureKey[f"{phase.name}_P90"], p90_s, by, row))
    return figures


def watch_figures(totals: Totals, by: Dimension | None, row: str) -> list[Figure]:
    """Give camera-hours and the finds per 1000 of them; both unknown where nobody looked."""
    hours = totals.observed_s / SECONDS_PER_HOUR if totals.observed_s else None
    found = totals.count(FigureKey.FOUND_STANDING)
    rate = None if hours is None else HOURS_OF_RATE * found / hours
    return [
        figure_of(FigureKey.CAMERA_HOURS, hours, by, row),
        figure_of(FigureKey.FOUND_PER_1000_HOURS, rate, by, row),
    ]
