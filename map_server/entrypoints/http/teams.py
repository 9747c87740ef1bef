"""Patrol teams: list, add, change."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, WithJsonSchema

from map_server.domain.datum import LonLat
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.team import LONGEST_REST_MINUTES, MOST_SHIFTS, Rest, Team, TeamShift
from map_server.domain.travel import WALKING_M_S
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.preconditions import SeenVersion, etag, seen_or_said
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.entrypoints.http.times import WardTime
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/teams", tags=["people"])

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Place = Annotated[
    tuple[float, float],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]
"""Longitude and latitude, WGS 84."""


class RestBody(BaseModel):
    """A break that begins between two times of the day; the team is at work again after it."""

    earliest: WardTime
    latest: WardTime
    minutes: int = Field(ge=5, le=LONGEST_REST_MINUTES)

    def rest(self) -> Rest:
        """Make a break of it. Raises ValueError that begins with the field."""
        return Rest(self.earliest, self.latest, self.minutes)


class TeamShiftBody(BaseModel):
    """A further shift of the same day; where it begins and ends, null for where the first does."""

    shift_from: WardTime
    shift_until: WardTime
    start: tuple[Lon, Lat] | None = None
    end: tuple[Lon, Lat] | None = Field(default=None, description="Null: where it begins")

    def shift(self, start: LonLat, end: LonLat) -> TeamShift:
        """Make a shift of it. Raises ValueError that begins with the field."""
        own = self.start or start
        return TeamShift(self.shift_from, self.shift_until, own, self.end or (own if self.start else end))


class TeamBody(BaseModel):
    """What a person says of a team; times are times of the ward's day."""

    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)
    colour: str = Field(pattern="^#[0-9a-f]{6}$", examples=["#1769c2"])
    start: tuple[Lon, Lat] = Field(description="Longitude, latitude, WGS 84")
    end: tuple[Lon, Lat] | None = Field(
        default=None, description="Where the shift ends; null: where it begins"
    )
    shift_from: WardTime
    shift_until: WardTime = Field(description="Before shift_from means: on the next day")
    pace_m_s: float = Field(default=WALKING_M_S, description="1.2 on foot, about 3.5 on an e-bike")
    is_active: bool = True
    skills: list[Annotated[str, Field(max_length=40)]] = Field(
        default_factory=list,
        max_length=20,
        description="Kinds of incident or site that are left to such teams, or what a campaign asks for",
    )
    rest: RestBody | None = Field(default=None, description="A break, taken where the shift starts")
    further_shifts: list[TeamShiftBody] = Field(
        default_factory=list,
        max_length=MOST_SHIFTS - 1,
        description="Shifts after the first on the same day, in order; the team is off between them",
    )

    def team(self, team_id: str, version: int) -> Team:
        """Make a team of it. Raises InvalidInput that names the field."""
        try:
            return Team(
                team_id=team_id,
                name_zh=self.name_zh,
                name_en=self.name_en,
                colour=self.colour,
                start=self.start,
                end=self.end or self.start,
                shift_from=self.shift_from,
                shift_until=self.shift_until,
                pace_m_s=self.pace_m_s,
                is_active=self.is_active,
                version=version,
                skills=frozenset(self.skills),
                rest=None if self.rest is None else self.rest.rest(),
                further_shifts=tuple(
                    one.shift(self.start, self.end or self.start) for one in self.further_shifts
                ),
            )
        except ValueError as error:
            field, _, message = str(error).partition(": ")
            raise InvalidInput(str(error), (FieldError(field, message),)) from error


class NewTeam(TeamBody):
    """A new team."""

    team_id: str = Field(max_length=40)


class ChangedTeam(TeamBody):
    """A team as it shall be; `version` is the one that the person saw, where If-Match does not say it."""

    version: int | None = Field(default=None, ge=1)


class TeamShiftOut(BaseModel):
    """A further shift of the same day."""

    shift_from: WardTime
    shift_until: WardTime
    start: Place
    end: Place

    @classmethod
    def of(cls, shift: TeamShift) -> "TeamShiftOut":
        """Write it."""
        return cls(shift_from=shift.begins, shift_until=shift.ends, start=shift.start, end=shift.end)


class TeamOut(BaseModel):
    """A team."""

    team_id: str
    name_zh: str
    name_en: str
    colour: str
    start: Place
    end: Place
    shift_from: WardTime
    shift_until: WardTime
    pace_m_s: float
    is_active: bool
    version: int
    skills: list[str]
    rest: RestBody | None
    further_shifts: list[TeamShiftOut]

    @classmethod
    def of(cls, team: Team) -> "TeamOut":
        """Write a team."""
        made = ("skills", "rest", "further_shifts")
        own = {name: getattr(team, name) for name in cls.model_fields if name not in made}
        rest = None
        if team.rest is not None:
            rest = RestBody(earliest=team.rest.earliest, latest=team.rest.latest, minutes=team.rest.minutes)
        further = [TeamShiftOut.of(shift) for shift in team.further_shifts]
        return cls(skills=sorted(team.skills), rest=rest, further_shifts=further, **own)


class TeamList(BaseModel):
    """All teams, by id."""

    teams: list[TeamOut]


@router.get("", responses=problems(401, 403))
def list_teams(actor: PatrolActor, services: ServicesDep) -> TeamList:
    """List all teams, retired ones too."""
    return TeamList(teams=[TeamOut.of(team) for team in services.teams.all()])


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
def add_team(new: NewTeam, actor: SupervisorActor, services: ServicesDep) -> TeamOut:
    """Add a team."""
    return TeamOut.of(services.teams.add(new.team(new.team_id, 1), actor.audit_name))


@router.put("/{team_id}", responses=problems(401, 403, 404, 409, 412, 422, 428))
def change_team(
    team_id: str,
    changed: ChangedTeam,
    version: SeenVersion,
    response: Response,
    actor: SupervisorActor,
    services: ServicesDep,
) -> TeamOut:
    """Change a team, or lay it to rest; plans made before keep what they had."""
    seen = seen_or_said(version, changed.version)
    team = services.teams.change(changed.team(team_id, seen), actor.audit_name)
    response.headers["ETag"] = etag(team.version)
    return TeamOut.of(team)
