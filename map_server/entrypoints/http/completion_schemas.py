"""How much of the plans was walked and visited, as JSON."""

from datetime import date

from pydantic import BaseModel, Field

from map_server.domain.route_completion import RouteCompletion, StopTally, TeamCompletion
from map_server.services.route_completions import CompletionReport


class TallyOut(BaseModel):
    """Stops, breaks aside."""

    stops: int
    proved: int = Field(description="Done, and a track or a check-in without a doubt proves it")
    reported: int = Field(description="Done by report alone")

    @classmethod
    def of(cls, tally: StopTally) -> "TallyOut":
        """Write it."""
        return cls(stops=tally.stops, proved=tally.proved, reported=tally.reported)


class WayOut(BaseModel):
    """A planned way, held against tracks."""

    planned_m: float = Field(description="Metres of street on the planned way, each once")
    walked_m: float = Field(description="Metres of it that tracks walked")
    share: float | None = Field(description="0 to 1; null where no way was planned along streets")
    tally: TallyOut

    @classmethod
    def _facts(cls, one: RouteCompletion | TeamCompletion) -> dict[str, object]:
        return {
            "planned_m": round(one.planned_m, 1),
            "walked_m": round(one.walked_m, 1),
            "share": one.share,
            "tally": TallyOut.of(one.tally),
        }


class RouteWayOut(WayOut):
    """One route."""

    plan_id: str
    day: date
    has_track: bool

    @classmethod
    def of(cls, route: RouteCompletion) -> "RouteWayOut":
        """Write it."""
        own = {"plan_id": route.plan_id, "day": route.day, "has_track": route.has_track}
        return cls.model_validate({**cls._facts(route), **own})


class TeamWayOut(WayOut):
    """All routes of a team in the period, those of which least was walked first."""

    team_id: str
    tracked: int = Field(description="Routes with a track")
    used: float = Field(description="What part of its shifts was planned as way and work, 0 to 1")
    routes: list[RouteWayOut]

    @classmethod
    def of(cls, team: TeamCompletion) -> "TeamWayOut":
        """Write it."""
        routes = [RouteWayOut.of(route) for route in team.routes]
        own = {"team_id": team.team_id, "tracked": team.tracked, "used": team.used, "routes": routes}
        return cls.model_validate({**cls._facts(team), **own})


class CompletionOut(BaseModel):
    """Completion of a period, by team."""

    first: date
    last: date
    teams: list[TeamWayOut]
    running: int = Field(description="Routes under way or still to come, which do not count yet")
    fairness: float | None = Field(description="Jain's index of what was used of the teams' shifts; 1: equal")

    @classmethod
    def of(cls, report: CompletionReport) -> "CompletionOut":
        """Write a report."""
        return cls(
            first=report.first,
            last=report.last,
            teams=[TeamWayOut.of(team) for team in report.teams],
            running=report.running,
            fairness=None if report.spread is None else report.spread.fairness,
        )
