"""The words of reports: what each figure is called, and how it is counted, in one sentence beside it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from map_server.domain.report import ReportStage
from map_server.domain.report_appeal import Decision
from map_server.domain.report_figures import Dimension, FigureKey, Mark, RowSubject
from map_server.domain.report_period import ReportKind
from map_server.domain.report_score import Merit

Gettext = Callable[[str], str]
F = FigureKey


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


KIND_TITLES: Mapping[ReportKind, str] = MappingProxyType(
    {
        ReportKind.DAILY: _("Daily feedback"),
        ReportKind.WEEKLY: _("Weekly summary"),
        ReportKind.MONTHLY: _("Monthly bulletin"),
        ReportKind.CUSTOM: _("Report of a period"),
    }
)

FIGURES: Mapping[FigureKey, tuple[str, str]] = MappingProxyType(
    {
        F.FOUND: (_("Incidents found"), _("Incidents first seen in the period.")),
        F.FOUND_STANDING: (_("Found and standing"), _("Of those found, the ones not rejected by its end.")),
        F.JUDGED: (
            _("Incidents judged"),
            _("Incidents on which an auditor's decision of the period stands."),
        ),
        F.JUDGED_RIGHT: (_("Judged right"), _("Of those judged, the ones detected as what they are.")),
        F.FILED: (_("Orders filed"), _("Work orders filed in the period.")),
        F.CARRIED_OVER: (
            _("Orders carried over"),
            _("Work orders filed earlier and not ended when it began."),
        ),
        F.TO_CLOSE: (_("Orders to close"), _("Carried over and filed together.")),
        F.CLOSED: (_("Orders closed"), _("Work orders closed in the period.")),
        F.COMPLETION_RATE: (_("Completion rate"), _("Closed / to close.")),
        F.CLOSED_BY_CAMERA: (_("Closed by the camera"), _("Closed because the camera saw it gone.")),
        F.ON_TIME: (_("Closed on time"), _("Closed, and no stage ever ran over its due time.")),
        F.ON_TIME_RATE: (_("On-time rate"), _("Closed on time / to close.")),
        F.CLOSED_LATE: (_("Closed late"), _("Closed, and some stage ran over its due time.")),
        F.LATE_RATE: (_("Late rate"), _("Closed late / to close.")),
        F.OPEN_AT_END: (_("Open at the end"), _("Filed before the end and not ended by it.")),
        F.OVERDUE_AT_END: (_("Overdue at the end"), _("Open at the end with its due time past.")),
        F.HANDLED: (_("Orders handled"), _("The unit said in the period that it is done.")),
        F.REWORK: (_("Orders reworked"), _("A check failed in the period.")),
        F.REWORK_RATE: (_("Rework rate"), _("With a failed check / handled.")),
        F.DISPATCHED: (_("Orders dispatched"), _("A unit was asked in the period.")),
        F.RETURNED: (_("Orders returned"), _("A unit gave it back in the period.")),
        F.RETURN_RATE: (_("Return rate"), _("Given back / dispatched.")),
        F.EXTENDED: (_("Orders extended"), _("More time was given in the period.")),
        F.SUSPENDED: (_("Orders put off"), _("Put off altogether in the period.")),
        F.ESCALATED: (_("Orders raised a level"), _("Raised to the next level in the period.")),
        F.NO_OWNER: (_("Without an owner"), _("Open at the end, and nobody named a unit.")),
        F.VOID: (_("Orders voided"), _("Filed in the period and called off since; in no other figure.")),
        F.AUDITED: (_("Incidents audited"), _("Judged, and drawn by the random sample.")),
        F.AUDITED_RIGHT: (_("Audited right"), _("Of those audited, the ones detected as what they are.")),
        F.PRECISION: (_("Precision"), _("Share of right detections, estimated from the random sample.")),
        F.PRECISION_LOW: (_("Precision, lower end"), _("Of the 95 % interval (Wilson).")),
        F.PRECISION_HIGH: (_("Precision, upper end"), _("Of the 95 % interval (Wilson).")),
        F.WAITING_MEDIAN: (_("Waiting time, median"), _("From filing until the unit accepts.")),
        F.WAITING_P90: (_("Waiting time, 9 of 10 within"), _("From filing until the unit accepts.")),
        F.TRAVEL_MEDIAN: (_("Travel time, median"), _("From accepting until somebody begins on the spot.")),
        F.TRAVEL_P90: (
            _("Travel time, 9 of 10 within"),
            _("From accepting until somebody begins on the spot."),
        ),
        F.WORK_MEDIAN: (_("Working time, median"), _("From beginning until it is done, rework included.")),
        F.WORK_P90: (
            _("Working time, 9 of 10 within"),
            _("From beginning until it is done, rework included."),
        ),
        F.CHECKING_MEDIAN: (_("Checking time, median"), _("From done until a check is passed.")),
        F.CHECKING_P90: (_("Checking time, 9 of 10 within"), _("From done until a check is passed.")),
        F.TOTAL_MEDIAN: (
            _("Time in all, median"),
            _("The four together, without time put off."),
        ),
        F.TOTAL_P90: (
            _("Time in all, 9 of 10 within"),
            _("The four together, without time put off."),
        ),
        F.CAMERA_HOURS: (_("Camera-hours"), _("For how long cameras could judge.")),
        F.FOUND_PER_1000_HOURS: (
            _("Found per 1000 camera-hours"),
            _("Found and standing, for each 1000 hours that cameras could judge."),
        ),
        F.SCORE: (_("Score"), _("By the formula below; who had nothing to do has none.")),
    }
)
"""Name, and how it is counted."""

DIMENSIONS: Mapping[Dimension, tuple[str, str]] = MappingProxyType(
    {
        Dimension.CLASS: (_("By class"), _("Class")),
        Dimension.UNIT: (_("Units, ranked by score"), _("Unit")),
        Dimension.COMPOUND: (_("Compounds, ranked by finds per camera-hour"), _("Compound")),
    }
)
"""Heading of the table, and of its first column."""

NO_KEY: Mapping[Dimension, str] = MappingProxyType(
    {
        Dimension.CLASS: _("No class"),
        Dimension.UNIT: _("No unit"),
        Dimension.COMPOUND: _("In no compound"),
    }
)

PHASES: tuple[tuple[str, FigureKey, FigureKey], ...] = (
    (_("Waiting time"), F.WAITING_MEDIAN, F.WAITING_P90),
    (_("Travel time"), F.TRAVEL_MEDIAN, F.TRAVEL_P90),
    (_("Working time"), F.WORK_MEDIAN, F.WORK_P90),
    (_("Checking time"), F.CHECKING_MEDIAN, F.CHECKING_P90),
)
TOTAL_PHASE = (_("Time in all"), F.TOTAL_MEDIAN, F.TOTAL_P90)

MERITS: Mapping[Merit, tuple[str, str]] = MappingProxyType(
    {
        Merit.COMPLETION: (_("Completion"), _("closed / to close")),
        Merit.PUNCTUALITY: (_("Punctuality"), _("closed on time / closed")),
        Merit.RIGHT_FIRST_TIME: (_("Right first time"), _("1 - failed checks / handled")),
        Merit.ACCEPTANCE: (_("Acceptance"), _("1 - given back / dispatched")),
    }
)

UNKNOWN = _("unknown")
"""What a figure without a value reads: nobody looked, or nothing was there to count."""

MARKS: Mapping[Mark, str] = MappingProxyType(
    {
        Mark.FILED: _("filed in the period"),
        Mark.CARRIED_OVER: _("carried over"),
        Mark.CLOSED: _("closed in the period"),
        Mark.CLOSED_BY_CAMERA: _("closed by the camera"),
        Mark.ON_TIME: _("on time"),
        Mark.CLOSED_LATE: _("closed late"),
        Mark.OPEN_AT_END: _("open at the end"),
        Mark.OVERDUE_AT_END: _("overdue at the end"),
        Mark.HANDLED: _("handled in the period"),
        Mark.REWORK: _("a check failed"),
        Mark.DISPATCHED: _("dispatched in the period"),
        Mark.RETURNED: _("given back"),
        Mark.EXTENDED: _("given more time"),
        Mark.SUSPENDED: _("put off"),
        Mark.ESCALATED: _("raised a level"),
        Mark.NO_OWNER: _("without a unit"),
        Mark.TIMED: _("its times count"),
        Mark.VOID: _("called off"),
        Mark.TO_CLOSE: _("to be closed"),
        Mark.FOUND: _("first seen in the period"),
        Mark.FOUND_STANDING: _("standing at the end"),
        Mark.JUDGED: _("judged"),
        Mark.JUDGED_RIGHT: _("judged right"),
        Mark.AUDITED: _("in the random sample"),
        Mark.AUDITED_RIGHT: _("right in the sample"),
        Mark.OBSERVED: _("could judge"),
    }
)
"""What marks of rows are called."""

SUBJECTS: Mapping[RowSubject, str] = MappingProxyType(
    {
        RowSubject.WORK_ORDER: _("Work orders"),
        RowSubject.INCIDENT: _("Incidents"),
        RowSubject.CAMERA: _("Cameras"),
    }
)

STAGES: Mapping[ReportStage, str] = MappingProxyType(
    {
        ReportStage.WORK_ORDERS: _("collecting work orders"),
        ReportStage.STEPS: _("following their steps"),
        ReportStage.INCIDENTS: _("collecting incidents"),
        ReportStage.CAMERAS: _("adding up the hours of cameras"),
        ReportStage.FIGURES: _("computing figures"),
        ReportStage.COMPARING: _("comparing"),
        ReportStage.WRITING: _("writing it down"),
    }
)

DECISIONS: Mapping[Decision, str] = MappingProxyType(
    {Decision.ACCEPTED: _("Appeal accepted"), Decision.REFUSED: _("Appeal refused")}
)
