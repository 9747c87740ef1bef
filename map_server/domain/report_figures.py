"""The figures of a report: what each counts, and which rows stand behind it.

A report is a ledger summed up. Its rows are work orders, incidents and cameras; a row carries marks, and
nearly every figure is a count of rows with a mark, or a share of two such counts. All of it is read *as of
the end of the period*: what happened later does not change it, with two exceptions that set a thing right
from the start: an order that was voided never was work to be done, and an incident that was merged is one
with another.
"""

from dataclasses import dataclass
from enum import IntFlag, StrEnum


class RowSubject(StrEnum):
    """What a row of the ledger is about."""

    WORK_ORDER = "work_order"
    INCIDENT = "incident"
    CAMERA = "camera"


class Mark(IntFlag):
    """What holds of a row. The period is [begin, end); orders are counted from when they were filed."""

    FILED = 1 << 0
    """Order: filed in the period."""
    CARRIED_OVER = 1 << 1
    """Order: filed before the period and not ended by its begin."""
    CLOSED = 1 << 2
    """Order: closed in the period."""
    CLOSED_BY_CAMERA = 1 << 3
    """Closed on the word of the camera."""
    ON_TIME = 1 << 4
    """Closed, and no stage ever ran over its due time."""
    CLOSED_LATE = 1 << 5
    """Closed, and some stage ran over."""
    OPEN_AT_END = 1 << 6
    """Order: filed before the end and not ended by it."""
    OVERDUE_AT_END = 1 << 7
    """Open at the end, its due time past; what is put off has none."""
    HANDLED = 1 << 8
    """Order: its unit said in the period that it is done, or a check of that failed then."""
    REWORK = 1 << 9
    """Order: a check failed in the period."""
    DISPATCHED = 1 << 10
    """Order: a unit was asked in the period, or gave it back then."""
    RETURNED = 1 << 11
    """Order: a unit gave it back in the period."""
    EXTENDED = 1 << 12
    """Order: a due time was put off in the period."""
    SUSPENDED = 1 << 13
    """Order: put off altogether in the period."""
    ESCALATED = 1 << 14
    """Order: raised a level in the period."""
    NO_OWNER = 1 << 15
    """Open at the end, and neither the rules nor a person named a unit."""
    TIMED = 1 << 16
    """Closed after a person's check: it went through all phases, and its times count."""
    VOID = 1 << 17
    """Order: filed in the period and called off since. It carries no other mark."""
    TO_CLOSE = 1 << 18
    """Order: carried over or filed; what there was to close."""
    FOUND = 1 << 20
    """Incident: first seen in the period."""
    FOUND_STANDING = 1 << 21
    """Found, and not rejected by the end of the period."""
    JUDGED = 1 << 22
    """Incident: an auditor's decision of the period stands on it ("unsure" is none)."""
    JUDGED_RIGHT = 1 << 23
    """Judged, and the detection was of the right kind."""
    AUDITED = 1 << 24
    """Judged, and drawn by the random sample."""
    AUDITED_RIGHT = 1 << 25
    OBSERVED = 1 << 30
    """Camera: it could judge for some time in the period."""


class FigureUnit(StrEnum):
    """In what a figure is counted."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1."""
    SECONDS = "seconds"
    """By the clock on the wall, nights and holidays too."""
    HOURS = "hours"
    PER_1000_HOURS = "per_1000_hours"
    POINTS = "points"


class FigureKey(StrEnum):
    """The figures, in the order in which they are told."""

    FOUND = "found"
    FOUND_STANDING = "found_standing"
    JUDGED = "judged"
    JUDGED_RIGHT = "judged_right"
    FILED = "filed"
    CARRIED_OVER = "carried_over"
    TO_CLOSE = "to_close"
    """案卷应结: carried over + filed = closed + open at the end."""
    CLOSED = "closed"
    COMPLETION_RATE = "completion_rate"
    """结案率: closed / to close."""
    CLOSED_BY_CAMERA = "closed_by_camera"
    ON_TIME = "on_time"
    ON_TIME_RATE = "on_time_rate"
    """按期结案率: closed on time / to close."""
    CLOSED_LATE = "closed_late"
    LATE_RATE = "late_rate"
    """超期率: closed late / to close."""
    OPEN_AT_END = "open_at_end"
    OVERDUE_AT_END = "overdue_at_end"
    HANDLED = "handled"
    REWORK = "rework"
    REWORK_RATE = "rework_rate"
    """返工率: with a failed check / handled."""
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    RETURN_RATE = "return_rate"
    """退回率: given back / dispatched."""
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    ESCALATED = "escalated"
    NO_OWNER = "no_owner"
    VOID = "void"
    AUDITED = "audited"
    AUDITED_RIGHT = "audited_right"
    PRECISION = "precision"
    """Share of right detections, estimated from the random sample; each item weighs what it stands for."""
    PRECISION_LOW = "precision_low"
    """95 % interval of it (Wilson)."""
    PRECISION_HIGH = "precision_high"
    WAITING_MEDIAN = "waiting_median"
    """From filing until the unit accepts; asked again after a return counts on."""
    WAITING_P90 = "waiting_p90"
    TRAVEL_MEDIAN = "travel_median"
    """From accepting until somebody begins on the spot."""
    TRAVEL_P90 = "travel_p90"
    WORK_MEDIAN = "work_median"
    """From beginning until it is said to be done, rework included."""
    WORK_P90 = "work_p90"
    CHECKING_MEDIAN = "checking_median"
    """From there until the check is passed, failed checks included."""
    CHECKING_P90 = "checking_p90"
    TOTAL_MEDIAN = "total_median"
    """The four together; time for which an order was put off is left out."""
    TOTAL_P90 = "total_p90"
    CAMERA_HOURS = "camera_hours"
    """For how long cameras could judge. None: nobody looked."""
    FOUND_PER_1000_HOURS = "found_per_1000_hours"
    """Found and standing, per 1000 camera-hours. None: nobody looked."""
    SCORE = "score"
    """考评得分: see report_score.py; None where nothing was to be done."""


class Dimension(StrEnum):
    """By what a report breaks its figures down."""

    CLASS = "class"
    UNIT = "unit"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Drill:
    """Which rows stand behind a figure: those of a subject with a mark, in one row of a breakdown or in all.

    `key` is the class, unit or compound; "" is none of them. As text: `work_order.closed` or
    `work_order.closed@unit:cleaning`.
    """

    subject: RowSubject
    mark: Mark
    dimension: Dimension | None = None
    key: str = ""

    @property
    def text(self) -> str:
        """Name it, for addresses and files."""
        name = f"{self.subject}.{str(self.mark.name).lower()}"
        return name if self.dimension is None else f"{name}@{self.dimension}:{self.key}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` None reads "unknown", which is not 0. A share tells its two counts in `of`."""

    key: FigureKey
    unit: FigureUnit
    value: int | float | None
    drill: Drill
    of: tuple[int, int] | None = None


COUNTED: dict[FigureKey, Mark] = {key: Mark[key.name] for key in FigureKey if key.name in Mark.__members__}
"""Figures that count rows with the mark of the same name."""

SHARES: dict[FigureKey, tuple[FigureKey, FigureKey]] = {
    FigureKey.COMPLETION_RATE: (FigureKey.CLOSED, FigureKey.TO_CLOSE),
    FigureKey.ON_TIME_RATE: (FigureKey.ON_TIME, FigureKey.TO_CLOSE),
    FigureKey.LATE_RATE: (FigureKey.CLOSED_LATE, FigureKey.TO_CLOSE),
    FigureKey.REWORK_RATE: (FigureKey.REWORK, FigureKey.HANDLED),
    FigureKey.RETURN_RATE: (FigureKey.RETURNED, FigureKey.DISPATCHED),
}
"""Figures that divide two counts; unknown where the second is 0."""

_OTHERS: dict[FigureKey, tuple[FigureUnit, Mark]] = {
    **{key: (FigureUnit.SHARE, COUNTED[whole]) for key, (_, whole) in SHARES.items()},
    FigureKey.PRECISION: (FigureUnit.SHARE, Mark.AUDITED),
    FigureKey.PRECISION_LOW: (FigureUnit.SHARE, Mark.AUDITED),
    FigureKey.PRECISION_HIGH: (FigureUnit.SHARE, Mark.AUDITED),
    FigureKey.CAMERA_HOURS: (FigureUnit.HOURS, Mark.OBSERVED),
    FigureKey.FOUND_PER_1000_HOURS: (FigureUnit.PER_1000_HOURS, Mark.FOUND_STANDING),
    FigureKey.SCORE: (FigureUnit.POINTS, Mark.TO_CLOSE),
}
"""Unit and rows of what is neither a count nor a time."""


def figure_of(
    key: FigureKey,
    value: float | None,
    by: Dimension | None = None,
    row: str = "",
    of: tuple[int, int] | None = None,
) -> Figure:
    """Make a figure; unit and rows follow from its key, and from the row of the breakdown it stands in."""
    if key in COUNTED:
        unit, mark = FigureUnit.COUNT, COUNTED[key]
    else:
        unit, mark = _OTHERS.get(key, (FigureUnit.SECONDS, Mark.TIMED))
    return Figure(key, unit, value, Drill(subject_of(mark), mark, by, row), of)


def subject_of(mark: Mark) -> RowSubject:
    """Tell on which rows a mark stands."""
    if mark is Mark.OBSERVED:
        return RowSubject.CAMERA
    return RowSubject.WORK_ORDER if mark < Mark.FOUND else RowSubject.INCIDENT
