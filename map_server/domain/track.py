"""Where people walked while on a route: what is kept of it and how long; nothing from outside the shift."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from map_server.domain.patrol_plan import Route
from map_server.domain.track_match import TrackFix


class TrackSource(StrEnum):
    """What sent a fix."""

    PAGE = "page"
    OWNTRACKS = "owntracks"


@dataclass(frozen=True, slots=True)
class TrackParams:
    """How long tracks are kept, and what belongs to a route: its hours and so much around them.

    `lead_s`: so long before a person says that he takes the route, he is on his way to its first stop.
    """

    kept_days: int = 30
    margin_s: float = 1800.0
    lead_s: float = 1800.0

    def __post_init__(self) -> None:
        if not 1 <= self.kept_days <= 365:
            raise ValueError(f"kept_days: {self.kept_days} is outside 1 to 365")
        if not 0 <= self.margin_s <= 7200:
            raise ValueError(f"margin_s: {self.margin_s} is outside 0 to 7200 s")
        if not 0 <= self.lead_s <= 7200:
            raise ValueError(f"lead_s: {self.lead_s} is outside 0 to 7200 s")

    def last_kept(self, now: datetime) -> datetime:
        """Give the moment before which tracks are erased."""
        return now - timedelta(days=self.kept_days)

    def is_on_shift(self, route: Route, at: datetime) -> bool:
        """Whether a moment belongs to a route's hours."""
        margin = timedelta(seconds=self.margin_s)
        return any(shift.starts_at - margin <= at <= shift.ends_at + margin for shift in route.shifts)


@dataclass(frozen=True, slots=True)
class TrackedFix:
    """A fix of a person who walks a team's route."""

    fix: TrackFix
    actor: str
    source: TrackSource
    plan_id: str
    team_id: str
    received_at: datetime
