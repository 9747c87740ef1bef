"""A hand-made report, for those who show reports: a small June with all that may happen to a figure."""

from datetime import UTC, date, datetime

from map_server.domain.report import FrozenReport, Names, Report, ReportDefinition, frozen
from map_server.domain.report_assembly import Sums, assembled
from map_server.domain.report_figures import Mark
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.report_score import FIRST_FORMULA
from map_server.domain.report_totals import AuditWeights, Phase, Spread, Totals

JUNE = ReportPeriod.holding(ReportKind.MONTHLY, date(2026, 6, 1))

_CLEANING = {
    **{Mark.FILED: 30, Mark.CARRIED_OVER: 2, Mark.TO_CLOSE: 32, Mark.CLOSED: 31, Mark.CLOSED_BY_CAMERA: 5},
    **{Mark.ON_TIME: 28, Mark.CLOSED_LATE: 3, Mark.OPEN_AT_END: 1, Mark.HANDLED: 27, Mark.REWORK: 2},
    **{Mark.DISPATCHED: 30, Mark.RETURNED: 1, Mark.EXTENDED: 1, Mark.TIMED: 26},
}
_PROPERTY = {
    **{Mark.FILED: 10, Mark.TO_CLOSE: 10, Mark.CLOSED: 7, Mark.ON_TIME: 4, Mark.CLOSED_LATE: 3},
    **{Mark.OPEN_AT_END: 3, Mark.OVERDUE_AT_END: 2, Mark.HANDLED: 8, Mark.REWORK: 3, Mark.DISPATCHED: 10},
    **{Mark.RETURNED: 2, Mark.SUSPENDED: 1, Mark.ESCALATED: 2, Mark.TIMED: 7},
}
_FOUND = {Mark.FOUND: 52, Mark.FOUND_STANDING: 45, Mark.JUDGED: 50, Mark.JUDGED_RIGHT: 43}
_AUDIT = {Mark.AUDITED: 20, Mark.AUDITED_RIGHT: 18}
_TIMES = {
    Phase.WAITING: Spread(1_260, 5_400),
    Phase.TRAVEL: Spread(1_500, 4_020),
    Phase.WORK: Spread(2_400, 9_000),
    Phase.CHECKING: Spread(10_800, 64_800),
    Phase.TOTAL: Spread(17_400, 76_200),
}
_WEIGHTS = AuditWeights(total=40.0, right=36.0, squares=80.0)


def june(definition: ReportDefinition | None = None) -> Report:
    """Give a report with two units and three compounds: one watched, one by half, one by nobody."""
    whole = {**_added(_CLEANING, _PROPERTY), **_FOUND, **_AUDIT, Mark.VOID: 1, Mark.NO_OWNER: 0}
    sums = Sums(
        whole=Totals(whole, _TIMES, _WEIGHTS, 3_600.0 * 5_400),
        by_class={
            "blocked_fire_lane": Totals({**_PROPERTY, Mark.FOUND: 14, Mark.FOUND_STANDING: 11}, _TIMES),
            "garbage_drop": Totals(
                {**_CLEANING, **_AUDIT, Mark.FOUND: 38, Mark.FOUND_STANDING: 34}, _TIMES, _WEIGHTS
            ),
        },
        by_unit={"cleaning": Totals(_CLEANING, _TIMES), "property-1": Totals(_PROPERTY, _TIMES)},
        by_compound={
            "C01": Totals({**_CLEANING, Mark.FOUND_STANDING: 30, Mark.FOUND: 36}, _TIMES, observed_s=1.5e7),
            "C02": Totals({**_PROPERTY, Mark.FOUND_STANDING: 15, Mark.FOUND: 16}, _TIMES, observed_s=4.4e6),
        },
        units={
            "cleaning": Names("街道保洁队", "Street cleaning"),
            "property-1": Names("物业一", "Property 1"),
        },
        compounds={
            "C01": Names("梅园里", "Meiyuan Li"),
            "C02": Names("兰馨苑", "Lanxin Yuan"),
            "C03": Names("竹影坊", "Zhuying Fang"),
        },
    )
    return assembled(definition or ReportDefinition(JUNE), FIRST_FORMULA, 4_711, sums)


def frozen_june() -> FrozenReport:
    """Give it frozen."""
    at = datetime(2026, 7, 1, 0, 5, tzinfo=UTC)
    return frozen(june(), "01980000-0000-7000-8000-000000000001", "a" * 64, "person:1", at)


def _added(one: dict[Mark, int], other: dict[Mark, int]) -> dict[Mark, int]:
    return {mark: one.get(mark, 0) + other.get(mark, 0) for mark in {**one, **other}}
