"""Joint campaigns as rows."""

from datetime import date, time
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.patrols import campaigns
from map_server.adapters.db.upsert import upsert
from map_server.domain.campaign import Campaign, Recurrence, WhenClosed


class SqlCampaigns:
    """See services.plan_ports.CampaignRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, campaign: Campaign) -> None:
        """Store a new or changed campaign."""
        row = {
            "campaign_id": campaign.campaign_id,
            "name_zh": campaign.name_zh,
            "name_en": campaign.name_en,
            "lon": campaign.place[0],
            "lat": campaign.place[1],
            "begins": f"{campaign.begins:%H:%M}",
            "service_s": campaign.service_s,
            "recurrence": _recurrence_record(campaign.recurrence),
            "team_ids": list(campaign.team_ids),
            "team_count": campaign.team_count,
            "units": list(campaign.units),
            "is_active": campaign.is_active,
            "version": campaign.version,
        }
        upsert(self._connection, campaigns, [row])

    def all(self) -> list[Campaign]:
        """Give all campaigns, by id."""
        rows = self._connection.execute(select(campaigns).order_by(campaigns.c.campaign_id)).mappings()
        return [_campaign(row) for row in rows]


def _recurrence_record(rule: Recurrence) -> dict[str, Any]:
    return {
        "weekdays": sorted(rule.weekdays),
        "first": rule.first.isoformat(),
        "last": rule.last and rule.last.isoformat(),
        "every_weeks": rule.every_weeks,
        "weeks_of_month": sorted(rule.weeks_of_month),
        "when_closed": str(rule.when_closed),
    }


def _recurrence(record: dict[str, Any]) -> Recurrence:
    return Recurrence(
        weekdays=frozenset(record["weekdays"]),
        first=date.fromisoformat(record["first"]),
        last=record["last"] and date.fromisoformat(record["last"]),
        every_weeks=record["every_weeks"],
        weeks_of_month=frozenset(record["weeks_of_month"]),
        when_closed=WhenClosed(record["when_closed"]),
    )


def _campaign(row: RowMapping) -> Campaign:
    return Campaign(
        campaign_id=row["campaign_id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        place=(row["lon"], row["lat"]),
        begins=time.fromisoformat(row["begins"]),
        service_s=row["service_s"],
        recurrence=_recurrence(row["recurrence"]),
        team_ids=tuple(row["team_ids"]),
        team_count=row["team_count"],
        units=tuple(row["units"]),
        is_active=row["is_active"],
        version=row["version"],
    )
