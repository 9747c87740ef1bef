"""What the pages say of sites: rows with names, due dates, and why nobody looked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from map_server.domain.left_out import LeftOutReason
from map_server.domain.site import Site
from map_server.domain.site_group import SiteGroup, SiteGroups
from map_server.presentation.i18n import Language
from map_server.services.site_ports import Missed

Gettext = Callable[[str], str]


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


_LEFT_OUT: Mapping[LeftOutReason, str] = {
    LeftOutReason.NO_TEAM_ON_SHIFT: _("no team was on shift while it may be visited"),
    LeftOutReason.NOT_REACHABLE: _("no street leads there"),
    LeftOutReason.NO_WINDOW_FITS: _("no team could be there in time"),
    LeftOutReason.SHIFTS_FULL: _("the shifts were full"),
    LeftOutReason.NOT_WORTH_DETOUR: _("the way there was not worth it"),
}


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One line of the list. `overdue_days` is None where nothing is due."""

    site: Site
    name: str
    group: str
    overdue_days: int | None
    never_looked: bool
    why: str


def site_rows(
    sites: Sequence[Site],
    groups: SiteGroups,
    missed: Mapping[str, Missed],
    now: datetime,
    language: Language,
    gettext: Gettext,
) -> list[SiteRow]:
    """Write the lines of a list."""
    rows = []
    for site in sites:
        is_due = site.is_due(now)
        rows.append(
            SiteRow(
                site=site,
                name=name_of(site, language),
                group=group_name(groups.of(site), language),
                overdue_days=int(site.overdue_days(now)) if is_due else None,
                never_looked=site.inspected_at is None,
                why=why_missed(missed.get(site.site_id), gettext) if is_due else "",
            )
        )
    return rows


def name_of(site: Site, language: Language) -> str:
    """Give the name in the reader's language."""
    return site.name_zh if language == "zh" else site.name_en


def group_name(group: SiteGroup, language: Language) -> str:
    """Give the name in the reader's language."""
    return group.name_zh if language == "zh" else group.name_en


def why_missed(missed: Missed | None, gettext: Gettext) -> str:
    """Say why nobody looked at a site that is due; never silent."""
    if missed is None:
        return gettext(_("no plan has taken it in since it became due"))
    if missed.left_out is not None:
        reason = gettext(_LEFT_OUT[missed.left_out])
        return gettext(_("left out of the plan of {day}: {reason}")).format(day=missed.day, reason=reason)
    if missed.day is not None:
        return gettext(_("planned for {day}, the stop was not made")).format(day=missed.day)
    return gettext(_("not reached: {note}")).format(note=missed.note)
