"""Joint campaigns: added, changed, and on which days they take place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from map_server.domain.audit_log import JsonObject
from map_server.domain.campaign import Campaign, Occurrence, Recurrence, campaigns_on
from map_server.domain.errors import FieldError, InvalidInput, NotFound, VersionConflict
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork

DAYS_SHOWN = 60
DATES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ComingCampaign:
    """A campaign with the days of the next `DAYS_SHOWN` on which it takes place."""

    campaign: Campaign
    days: tuple[date, ...]


class Campaigns:
    """The use cases of campaigns."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, new_id: IdFactory) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id

    def all(self) -> list[Campaign]:
        """Give all campaigns, by id."""
        with self._read() as work:
            return work.campaigns.all()

    def coming(self) -> list[ComingCampaign]:
        """Give all campaigns with their next days, holidays considered."""
        today = self._clock.now().astimezone(WARD_ZONE).date()
        with self._read() as work:
            campaigns, calendar = work.campaigns.all(), work.handbook.current().holidays
        days = [today + timedelta(days=offset) for offset in range(DAYS_SHOWN)]
        held = {day: campaigns_on(day, campaigns, calendar) for day in days}
        return [
            ComingCampaign(campaign, tuple(day for day in days if campaign in held[day]))
            for campaign in campaigns
        ]

    def next_dates(self, rule: Recurrence) -> list[Occurrence]:
        """Give the next days of a rule, holidays considered."""
        today = self._clock.now().astimezone(WARD_ZONE).date()
        with self._read() as work:
            calendar = work.handbook.current().holidays
        return rule.occurrences(max(today, rule.first), DATES_SHOWN, calendar)

    def add(self, campaign: Campaign, actor: str) -> Campaign:
        """Add a campaign; its id is given here. Raises InvalidInput for a team that is not there."""
        added = replace(campaign, campaign_id=self._new_id())
        with self._begin() as work:
            _check_teams(work, added.team_ids)
            work.campaigns.put(added)
            work.note("campaign_added", "campaign", added.campaign_id, actor, after=_record(added))
            work.commit()
        return added

    def change(self, campaign: Campaign, actor: str) -> Campaign:
        """Store a changed campaign; its `version` is the one that the person saw.

        Raises NotFound, InvalidInput, or VersionConflict when someone else was quicker.
        """
        with self._begin() as work:
            known = next(
                (one for one in work.campaigns.all() if one.campaign_id == campaign.campaign_id), None
            )
            if known is None:
                raise NotFound(f"there is no campaign {campaign.campaign_id}")
            if known.version != campaign.version:
                raise VersionConflict("the campaign was changed meanwhile; look again")
            _check_teams(work, campaign.team_ids)
            changed = replace(campaign, version=known.version + 1)
            work.campaigns.put(changed)
            work.note(
                "campaign_changed",
                "campaign",
                known.campaign_id,
                actor,
                before=_record(known),
                after=_record(changed),
            )
            work.commit()
        return changed


def _check_teams(work: UnitOfWork, team_ids: Sequence[str]) -> None:
    known = {team.team_id for team in work.teams.all()}
    if missing := [team_id for team_id in team_ids if team_id not in known]:
        message = f"there is no team {missing[0]}"
        raise InvalidInput(f"team_ids: {message}", (FieldError("team_ids", message),))


def _record(campaign: Campaign) -> JsonObject:
    return {
        "name_zh": campaign.name_zh,
        "name_en": campaign.name_en,
        "place": list(campaign.place),
        "begins": f"{campaign.begins:%H:%M}",
        "weekdays": sorted(campaign.recurrence.weekdays),
        "when_closed": campaign.recurrence.when_closed,
        "team_ids": list(campaign.team_ids),
        "is_active": campaign.is_active,
    }
