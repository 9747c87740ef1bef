"""What is decided about a plan, what changed in it, how its work is shared out, what is overdue, as JSON."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, Field

from map_server.domain.hand_rule import HandAction, HandRule
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import SubjectKind
from map_server.domain.plan_changes import ChangeKind, StopChange
from map_server.domain.site import SiteKind
from map_server.domain.team_load import TeamLoad
from map_server.services.overdue import OverdueReason, OverdueSite


class DecisionWish(StrEnum):
    """What a duty officer wants of a stop."""

    PIN = "pin"
    FORBID = "forbid"
    FREE = "free"


class DecisionIn(BaseModel):
    """Decide about one subject of a plan: fix it (a stop of another team moves), forbid it, free it again."""

    subject_kind: SubjectKind
    subject_id: str = Field(max_length=64)
    wish: DecisionWish
    team_id: str | None = Field(default=None, max_length=40, description="The team that shall go; null: any")
    at: AwareDatetime | None = Field(
        default=None, description="When the work shall begin, 10 minutes later at most; null: at any time"
    )
    reason: str = Field(default="", max_length=400)


class DecisionOut(BaseModel):
    """A decision about a plan that is in force."""

    subject_kind: SubjectKind
    subject_id: str
    action: HandAction
    team_id: str | None
    at: datetime | None
    reason: str
    made_at: datetime

    @classmethod
    def of(cls, rule: HandRule) -> "DecisionOut":
        """Write a decision."""
        return cls(**{name: getattr(rule, name) for name in cls.model_fields})


class StopChangeOut(BaseModel):
    """One difference to the plan before."""

    kind: ChangeKind
    subject_key: str
    name_zh: str
    name_en: str
    team_before: str | None
    team_after: str | None
    begins_before: datetime | None
    begins_after: datetime | None

    @classmethod
    def of(cls, change: StopChange) -> "StopChangeOut":
        """Write a change."""
        return cls(**{name: getattr(change, name) for name in cls.model_fields})


class LoadOut(BaseModel):
    """What a team's shift holds, in seconds; `share` is way and work as a part of the shift, breaks aside."""

    stops: int
    done: int
    way_s: int
    work_s: int
    wait_s: int
    rest_s: int
    share: float

    @classmethod
    def of(cls, load: TeamLoad) -> "LoadOut":
        """Write a load."""
        return cls(**{name: getattr(load, name) for name in cls.model_fields})


class BetterPlan(BaseModel):
    """A better plan that was found while planning: at which share of the time, and what it is worth."""

    share: float
    value_s: int


class OverdueOut(BaseModel):
    """A site whose look is overdue, and why nobody has been there."""

    site_id: str
    kind: SiteKind
    name_zh: str
    name_en: str
    days: float = Field(description="For how long it has been due; one interval where nobody ever looked")
    reason: OverdueReason
    plan_day: str | None = Field(description="The day of the newest plan that spoke of it")
    left_out: LeftOutReason | None = Field(description="Why that plan left it out")

    @classmethod
    def of(cls, overdue: OverdueSite) -> "OverdueOut":
        """Write an overdue site."""
        plan = overdue.plan
        return cls(
            site_id=overdue.site.site_id,
            kind=overdue.site.kind,
            name_zh=overdue.site.name_zh,
            name_en=overdue.site.name_en,
            days=round(overdue.days, 1),
            reason=overdue.reason,
            plan_day=plan.day.isoformat() if plan else None,
            left_out=plan.left_out.reason if plan and plan.left_out else None,
        )


class OverdueOutList(BaseModel):
    """Every overdue site, the longest overdue first."""

    sites: list[OverdueOut]
