"""Joint campaigns: list with their next days, add, change."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from map_server.domain.campaign import MOST_TEAMS, Campaign, Recurrence, WhenClosed
from map_server.domain.errors import FieldError, InvalidInput
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.preconditions import SeenVersion, etag, seen_or_said
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.entrypoints.http.times import WardTime
from map_server.services.campaigns import ComingCampaign
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/campaigns", tags=["people"])

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Weekday = Annotated[int, Field(ge=0, le=6)]
WeekOfMonth = Annotated[int, Field(ge=-1, le=5)]
_T = TypeVar("_T")


class RecurrenceBody(BaseModel):
    """On which days: every so many weeks on these weekdays (0 is Monday), or in these weeks of each month."""

    weekdays: list[Weekday] = Field(min_length=1, max_length=7)
    first: date
    last: date | None = None
    every_weeks: int = Field(default=1, ge=1, le=52)
    weeks_of_month: list[WeekOfMonth] = Field(
        default_factory=list, max_length=6, description="1 the first such day of a month, -1 the last"
    )
    when_closed: WhenClosed = Field(
        default=WhenClosed.NEXT, description="What becomes of a day on which offices do not work"
    )

    def recurrence(self) -> Recurrence:
        """Make a rule of it. Raises ValueError that begins with the field."""
        return Recurrence(
            weekdays=frozenset(self.weekdays),
            first=self.first,
            last=self.last,
            every_weeks=self.every_weeks,
            weeks_of_month=frozenset(self.weeks_of_month),
            when_closed=self.when_closed,
        )


class CampaignBody(BaseModel):
    """What a person says of a campaign; `begins` is a time of the ward's day."""

    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)
    place: tuple[Lon, Lat] = Field(description="Longitude, latitude, WGS 84")
    begins: WardTime
    minutes: int = Field(ge=5, le=240)
    recurrence: RecurrenceBody
    team_ids: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=MOST_TEAMS)
    team_count: int = Field(default=2, ge=1, le=MOST_TEAMS, description="How many, where none are named")
    units: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=30)
    is_active: bool = True

    def campaign(self, campaign_id: str, version: int) -> Campaign:
        """Make a campaign of it. Raises InvalidInput that names the field."""
        return _checked(
            lambda: Campaign(
                campaign_id=campaign_id,
                name_zh=self.name_zh,
                name_en=self.name_en,
                place=self.place,
                begins=self.begins,
                service_s=60 * self.minutes,
                recurrence=self.recurrence.recurrence(),
                team_ids=tuple(self.team_ids),
                team_count=self.team_count,
                units=tuple(self.units),
                is_active=self.is_active,
                version=version,
            )
        )


class ChangedCampaign(CampaignBody):
    """A campaign as it shall be; `version` is the one that the person saw, where If-Match does not say it."""

    version: int | None = Field(default=None, ge=1)


class CampaignOut(BaseModel):
    """A campaign with the days of the next 60 on which it takes place."""

    campaign_id: str
    name_zh: str
    name_en: str
    place: tuple[float, float]
    begins: WardTime
    minutes: int
    recurrence: RecurrenceBody
    team_ids: list[str]
    team_count: int
    units: list[str]
    is_active: bool
    version: int
    days: list[date]

    @classmethod
    def of(cls, coming: ComingCampaign) -> "CampaignOut":
        """Write a campaign."""
        campaign, rule = coming.campaign, coming.campaign.recurrence
        names = ("campaign_id", "name_zh", "name_en", "place", "begins", "team_count", "is_active", "version")
        return cls(
            **{name: getattr(campaign, name) for name in names},
            minutes=campaign.service_s // 60,
            recurrence=RecurrenceBody(
                weekdays=sorted(rule.weekdays),
                first=rule.first,
                last=rule.last,
                every_weeks=rule.every_weeks,
                weeks_of_month=sorted(rule.weeks_of_month),
                when_closed=rule.when_closed,
            ),
            team_ids=list(campaign.team_ids),
            units=list(campaign.units),
            days=list(coming.days),
        )


class DateOut(BaseModel):
    """A day on which a rule takes place; `meant` is the day that it names, null `day`: it falls out."""

    day: date | None
    meant: date


class DateList(BaseModel):
    """The next days of a rule."""

    dates: list[DateOut]


class CampaignList(BaseModel):
    """All campaigns, by id."""

    campaigns: list[CampaignOut]


@router.get("", responses=problems(401, 403))
def list_campaigns(actor: PatrolActor, services: ServicesDep) -> CampaignList:
    """List all campaigns, those laid to rest too."""
    return CampaignList(campaigns=[CampaignOut.of(one) for one in services.planning.campaigns.coming()])


@router.get("/dates", responses=problems(401, 403, 422))
def next_dates(
    rule: Annotated[RecurrenceBody, Query()], actor: SupervisorActor, services: ServicesDep
) -> DateList:
    """Give the next days of a rule before it is kept, with those that a holiday moves."""
    found = services.planning.campaigns.next_dates(_checked(rule.recurrence))
    return DateList(dates=[DateOut(day=one.day, meant=one.meant) for one in found])


@router.post("", status_code=201, responses=problems(401, 403, 422))
def add_campaign(new: CampaignBody, actor: SupervisorActor, services: ServicesDep) -> CampaignOut:
    """Add a campaign: the plans of its days bring the teams together there."""
    added = services.planning.campaigns.add(new.campaign("", 1), actor.audit_name)
    return _shown(services, added.campaign_id)


@router.put("/{campaign_id}", responses=problems(401, 403, 404, 409, 412, 422, 428))
def change_campaign(
    campaign_id: str,
    changed: ChangedCampaign,
    version: SeenVersion,
    response: Response,
    actor: SupervisorActor,
    services: ServicesDep,
) -> CampaignOut:
    """Change a campaign, or lay it to rest; plans made before keep what they had."""
    seen = seen_or_said(version, changed.version)
    campaign = services.planning.campaigns.change(changed.campaign(campaign_id, seen), actor.audit_name)
    response.headers["ETag"] = etag(campaign.version)
    return _shown(services, campaign_id)


def _shown(services: ServicesDep, campaign_id: str) -> CampaignOut:
    coming = services.planning.campaigns.coming()
    return next(CampaignOut.of(one) for one in coming if one.campaign.campaign_id == campaign_id)


def _checked(make: Callable[[], _T]) -> _T:
    """Name the field of a value that the domain refuses."""
    try:
        return make()
    except ValueError as error:
        field, _, message = str(error).partition(": ")
        raise InvalidInput(str(error), (FieldError(field, message),)) from error
