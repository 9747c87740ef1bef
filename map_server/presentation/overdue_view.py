"""Words why an overdue site has not been looked at."""

from map_server.presentation import formats
from map_server.presentation.patrol_view import Translate, why_left_out
from map_server.presentation.words import WORDS
from map_server.services.overdue import OverdueReason, OverdueSite


def overdue_why(overdue: OverdueSite, _: Translate) -> str:
    """Give the reason, with the day and numbers of the plan that spoke of the site last."""
    plan = overdue.plan
    if overdue.reason is OverdueReason.LEFT_OUT and plan is not None and plan.left_out is not None:
        return _("Left out of the plan of {day}: {why}").format(
            day=plan.day, why=why_left_out(plan.left_out, _)
        )
    reason = WORDS["overdue_reason"][overdue.reason]
    said = _(reason)
    if plan is None or plan.stop is None:
        return said
    return f"{said}: {plan.day} {formats.clock_time(plan.stop.begins_at)}"
