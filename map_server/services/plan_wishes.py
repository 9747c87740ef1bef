"""Gathers what is worth a visit on a day.

Confirmed incidents, sites that are due or soon will be, blind corners, joint campaigns, the teams' breaks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from map_server.domain.campaign import campaigns_on
from map_server.domain.hand_rule import HandRule, forbidden_keys, pinned
from map_server.domain.incident import Incident, Severity
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_params import PatrolParams
from map_server.domain.patrol_plan import Route
from map_server.domain.patrol_worth import (
    Horizon,
    break_visit,
    corner_visits,
    incident_visit,
    site_visits,
)
from map_server.services.patrol_ports import ConfirmedIncidents
from map_server.services.places import Places
from map_server.services.ports import Begin, Clock
from map_server.services.street_ports import BlindCorners


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much there is to do: confirmed incidents, those of them that are urgent, and due sites."""

    incidents: int
    urgent: int
    sites: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The visits of a plan, those that were forbidden by hand, and incidents whose place nobody knows."""

    visits: tuple[Visit, ...]
    forbidden: tuple[Visit, ...]
    rules: tuple[HandRule, ...]
    unplaced: int

    def held(self, visits: Sequence[Visit], horizon: Horizon) -> list[Visit]:
        """Give visits as the pins want them."""
        return pinned(visits, self.rules, horizon.origin_at)


class PlanWishes:
    """Reads; decides nothing but what a visit is worth."""

    def __init__(
        self,
        incidents: ConfirmedIncidents,
        corners: BlindCorners,
        places: Places,
        read: Begin,
        clock: Clock,
        params: PatrolParams | None = None,
    ) -> None:
        self._incidents = incidents
        self._corners = corners
        self._places = places
        self._read = read
        self._clock = clock
        self._params = params or PatrolParams()

    def waiting(self) -> Waiting:
        """Count what a plan could take in now."""
        incidents = self._incidents()
        urgent = sum(incident.severity is Severity.URGENT for incident in incidents)
        return Waiting(len(incidents), urgent, len(self._places.sites(is_due=True)))

    def wanted(self, plan_id: str, routes: Sequence[Route], horizon: Horizon) -> Wanted:
        """Give all visits of a plan."""
        incidents = self._incidents()
        day = horizon.origin_at.astimezone(horizon.zone).date()
        with self._read() as work:
            skilled = frozenset(skill for team in work.teams.all() if team.is_active for skill in team.skills)
            rules = tuple(work.patrol_decisions.rules(plan_id))
            meetings = campaigns_on(day, work.campaigns.all(), work.handbook.current().holidays)
        visits = [
            *self._incident_visits(incidents, horizon),
            *site_visits(self._places.sites(), horizon, self._params),
            *corner_visits(self._corners(), horizon, self._params),
            *(visit for meeting in meetings for visit in meeting.visits(horizon.origin_at, horizon.zone)),
        ]
        forbidden = forbidden_keys(rules)
        asked = [_for_the_skilled(visit, skilled) for visit in visits]
        placed = sum(incident.fix is not None for incident in incidents)
        return Wanted(
            visits=(
                *(visit for visit in asked if visit.key not in forbidden),
                *(rest for route in routes if (rest := break_visit(route, horizon)) is not None),
            ),
            forbidden=tuple(visit for visit in asked if visit.key in forbidden),
            rules=rules,
            unplaced=len(incidents) - placed,
        )

    def _incident_visits(self, incidents: Iterable[Incident], horizon: Horizon) -> list[Visit]:
        gazetteer = self._places.gazetteer()
        visits = []
        for incident in incidents:
            if incident.fix is not None:
                where = gazetteer.at((incident.fix.lon, incident.fix.lat))
                visits.append(incident_visit(incident, incident.fix, where, horizon, self._params))
        return visits


def _for_the_skilled(visit: Visit, skilled: frozenset[str]) -> Visit:
    """Where any team names the visit's category among its skills, only such teams may go."""
    if visit.category not in skilled or visit.subject_kind is SubjectKind.CAMPAIGN:
        return visit
    return replace(visit, skills=visit.skills | {visit.category})
