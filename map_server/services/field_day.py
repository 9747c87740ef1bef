"""What a phone needs for its day, given once and kept there: routes, forms, messages; and word to teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from map_server.domain.errors import FieldError, InvalidInput, NotFound
from map_server.domain.field_record import TeamMessage
from map_server.domain.patrol_plan import PatrolPlan, Route, Stop
from map_server.domain.reach import Reach
from map_server.domain.team import Team
from map_server.domain.visit import ProofParams
from map_server.services.field_ports import VisitReads
from map_server.services.ports import Begin, Clock, IdFactory
from map_server.services.visit_effects import fence_of

MOST_CHARACTERS = 500
REJECTED_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayStop:
    """A stop with the reach of its fence, so that the phone can say before sending that one is too far."""

    stop: Stop
    reach_m: float


@dataclass(frozen=True, slots=True)
class DayRoute:
    """One team's route of the day."""

    plan: PatrolPlan
    team: Team
    route: Route
    stops: tuple[DayStop, ...]
    messages: tuple[TeamMessage, ...]


@dataclass(frozen=True, slots=True)
class FieldDay:
    """All routes of the day within reach; `taken` is plan and team of the one that this person walks."""

    routes: tuple[DayRoute, ...]
    taken: tuple[str, str] | None
    seen: frozenset[str]
    """The messages that this person has read."""
    rejected: frozenset[str]
    """The records of this person that the office rejected lately."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message with who read it, and when."""

    message: TeamMessage
    seen: dict[str, datetime]


class FieldDays:
    """Use cases of the phone's day and of messages to teams."""

    def __init__(self, begin: Begin, read: Begin, reads: VisitReads, clock: Clock, new_id: IdFactory) -> None:
        self._begin = begin
        self._read = read
        self._reads = reads
        self._clock = clock
        self._new_id = new_id
        self._params = ProofParams()

    def of(self, actor: str, reach: Reach) -> FieldDay:
        """Give the day of a person."""
        now = self._clock.now()
        plans = {plan.plan_id: plan for plan in self._reads.plans_on(now, reach)}
        with self._read() as work:
            teams = {team.team_id: team for team in work.teams.all()}
            messages = work.field.messages(list(plans))
            seen = work.field.seen_messages([one.message_id for one in messages])
            routes = []
            for plan in plans.values():
                stops = work.patrols.stops(plan.plan_id)
                for route in work.patrols.routes(plan.plan_id):
                    own = [stop for stop in stops if stop.team_id == route.team_id]
                    fenced = tuple(
                        DayStop(stop, fence_of(work, stop.visit, self._params).reach_m) for stop in own
                    )
                    word = tuple(
                        one for one in messages if (one.plan_id, one.team_id) == (plan.plan_id, route.team_id)
                    )
                    routes.append(DayRoute(plan, teams[route.team_id], route, fenced, word))
            taken = work.field.taken_route(actor, now)
            rejected = work.field.rejected(actor, now - REJECTED_SINCE)
        is_today = taken is not None and taken[0] in plans
        read = frozenset(message_id for message_id, people in seen.items() if actor in people)
        return FieldDay(tuple(routes), taken if is_today else None, read, rejected)

    def send(self, plan_id: str, team_id: str, text: str, actor: str) -> TeamMessage:
        """Send word to a team. Raises NotFound, InvalidInput."""
        text = text.strip()
        if not 1 <= len(text) <= MOST_CHARACTERS:
            problem = f"write 1 to {MOST_CHARACTERS} characters"
            raise InvalidInput(f"text: {problem}", (FieldError("text", problem),))
        with self._begin() as work:
            plan = work.patrols.get(plan_id)
            if team_id not in {route.team_id for route in work.patrols.routes(plan_id)}:
                raise NotFound(f"this plan has no route of team {team_id}")
            message = TeamMessage(self._new_id(), plan.plan_id, team_id, text, actor, self._clock.now())
            work.field.add_message(message)
            work.note("team_message_sent", "patrol_plan", plan_id, actor, after={"team": team_id})
            work.commit()
        return message

    def sent(self, reach: Reach) -> Sequence[SentMessage]:
        """Give the messages of the day's plans within reach, newest first."""
        plans = self._reads.plans_on(self._clock.now(), reach)
        with self._read() as work:
            messages = work.field.messages([plan.plan_id for plan in plans])
            seen = work.field.seen_messages([one.message_id for one in messages])
        return [SentMessage(one, seen.get(one.message_id, {})) for one in reversed(messages)]
