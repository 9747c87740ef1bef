"""A frozen report from sums written by hand, for the tests of its faces."""

from datetime import UTC, date, datetime

from map_server.domain.report import FrozenReport, Names, Report, ReportDefinition, frozen
from map_server.domain.report_assembly import Sums, assembled
from map_server.domain.report_figures import Mark
from map_server.domain.report_period import ReportPeriod
from map_server.domain.report_score import FIRST_WEIGHTS, ScoreFormula
from map_server.domain.report_totals import AuditWeights, Phase, Spread, Totals

FROZEN_AT = datetime(2026, 11, 1, 0, 10, tzinfo=UTC)
YEAR = ReportPeriod.custom(date(2025, 11, 1), date(2026, 10, 31))
HOSTILE = '=HYPERLINK("http://x","<b>y</b>")'
"""A name that spreadsheets must not run and pages must not believe."""
FORMULA = ScoreFormula(3, FIRST_WEIGHTS, "person:a1", datetime(2026, 1, 1, tzinfo=UTC))
SPREADS = {
    Phase.WAITING: Spread(1_260, 5_400),
    Phase.TRAVEL: Spread(900, 3_000),
    Phase.WORK: Spread(4_500, 21_000),
    Phase.CHECKING: Spread(7_200, 40_000),
    Phase.TOTAL: Spread(15_000, 80_000),
}
UNITS = {
    "cleaning": Names("金杨环卫服务队", "Jinyang street cleaning"),
    "squad": Names("城管执法中队", "Urban management squad"),
    "hostile": Names(HOSTILE, HOSTILE),
}


def totals(to_close: int, closed: int, late: int = 0, found: int = 0, hours: float | None = None) -> Totals:
    """Sums of a class, unit or compound; the other marks follow from these."""
    counts = {
        Mark.FILED: to_close - to_close // 20,
        Mark.CARRIED_OVER: to_close // 20,
        Mark.TO_CLOSE: to_close,
        Mark.CLOSED: closed,
        Mark.ON_TIME: closed - late,
        Mark.CLOSED_LATE: late,
        Mark.OPEN_AT_END: to_close - closed,
        Mark.OVERDUE_AT_END: (to_close - closed) // 3,
        Mark.HANDLED: closed,
        Mark.REWORK: closed // 40,
        Mark.DISPATCHED: to_close,
        Mark.RETURNED: to_close // 50,
        Mark.FOUND: found,
        Mark.FOUND_STANDING: found,
        Mark.AUDITED: found // 10,
        Mark.AUDITED_RIGHT: found // 11,
    }
    audit = AuditWeights(float(found), found * 0.94, float(found) * 10) if found else AuditWeights()
    return Totals(counts, SPREADS if closed else {}, audit, None if hours is None else hours * 3600)


def hand_made_report(compounds: int = 6) -> Report:
    """A year: 56,000 orders of which 55,552 were closed. The last compound was watched by nobody."""
    places = {
        f"c{n:02d}": Names(f"金杨新村{n}街坊", f"Jinyang compound {n}") for n in range(1, compounds + 1)
    }
    hours = dict.fromkeys(list(places)[:-1], 8000.0)
    sums = Sums(
        whole=totals(56_000, 55_552, 1_200, 57_000, 720_000.0),
        by_class={
            "garbage_drop": totals(40_000, 39_800, 900, 41_000),
            "blocked_fire_lane": totals(15_000, 14_900, 300, 16_000),
            "illegal_structure": totals(1_000, 852),
        },
        by_unit={
            "cleaning": totals(30_000, 29_900, 100),
            "squad": totals(20_000, 19_800, 900),
            "hostile": totals(5_900, 5_852, 200),
            "": totals(100, 0),
        },
        by_compound={
            key: totals(500 + place, 490 + place, 9, 400 + 31 * place, hours.get(key))
            for place, key in enumerate(places)
        },
        units=UNITS,
        compounds=places,
    )
    return assembled(ReportDefinition(YEAR), FORMULA, 812_345, sums)


def hand_made_frozen(compounds: int = 6) -> FrozenReport:
    """The same, frozen."""
    return frozen(hand_made_report(compounds), "0193aa00-report", "7" * 64, "system", FROZEN_AT)
