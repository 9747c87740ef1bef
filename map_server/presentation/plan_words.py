"""The words that the pages of plans show for the closed sets of planning."""

from collections.abc import Mapping
from types import MappingProxyType


def _(message: str) -> str:
    """Mark a string for the catalog; it is translated when it is shown."""
    return message


PLAN_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "subject": {
            "corner": _("Blind corner"),
            "campaign": _("Joint campaign"),
            "break": _("Break"),
        },
        "overdue_reason": {
            "planned": _("In the plan"),
            "not_done": _("Was planned, nobody checked in"),
            "not_reached": _("A team was there and could not look"),
            "left_out": _("Left out"),
            "no_plan": _("In no plan yet"),
        },
        "left_out": {
            "forbidden": _("Taken out by hand."),
            "skill_missing": _("No team on shift may do it: {skills} is missing."),
            "no_team_on_shift": _("No team is on shift in its hours."),
            "not_reachable": _("Not reachable: no street leads there from where the teams start."),
            "off_network": _("Not reachable: the nearest street is {distance} away."),
            "no_window_fits": _("No window fits: even on the straight way a team would miss it by {short}."),
            "shifts_full": _(
                "The shifts are full: {short} are missing beside the stops that are worth more."
            ),
            "not_worth_detour": _(
                "Not worth the detour: it would cost {delay} of patrol and is worth {worth}."
            ),
        },
        "when_closed": {
            "next": _("the next working day"),
            "previous": _("the working day before"),
            "skip": _("falls away"),
            "keep": _("the same day all the same"),
        },
        "weekday": {
            "0": _("Monday"),
            "1": _("Tuesday"),
            "2": _("Wednesday"),
            "3": _("Thursday"),
            "4": _("Friday"),
            "5": _("Saturday"),
            "6": _("Sunday"),
        },
    }
)
