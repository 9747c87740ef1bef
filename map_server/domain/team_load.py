"""How the work of a plan is shared out between its teams."""

from collections.abc import Sequence
from dataclasses import dataclass

from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import Route, Stop, StopState


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """One team's day: seconds on the way, at work, waiting, resting; what of its shifts is used."""

    team_id: str
    stops: int
    done: int
    shift_s: int
    way_s: int
    work_s: int
    wait_s: int
    rest_s: int
    metres: float

    @property
    def busy_s(self) -> int:
        """Way and work."""
        return self.way_s + self.work_s

    @property
    def share(self) -> float:
        """What part of the shift, breaks aside, is way and work: 0 to 1."""
        return self.busy_s / max(self.shift_s - self.rest_s, 1)


@dataclass(frozen=True, slots=True)
class LoadSpread:
    """How far the teams lie apart. `fairness` is Jain's index of their shares: 1 equal, 1/n all on one team.

    Source: R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness, DEC TR-301, 1984.
    """

    least_share: float
    most_share: float
    fairness: float


def load_of(route: Route, stops: Sequence[Stop]) -> TeamLoad:
    """Sum up one route; `stops` are its own, in order."""
    way_s = wait_s = work_s = rest_s = 0.0
    for number, shift in enumerate(route.shifts):
        left_at, own = shift.starts_at, route.stops_of_shift(number, stops)
        for stop in own:
            way_s += max((stop.arrives_at - left_at).total_seconds(), 0)
            wait_s += max((stop.begins_at - stop.arrives_at).total_seconds(), 0)
            spent_s = (stop.leaves_at - stop.begins_at).total_seconds()
            if stop.visit.subject_kind is SubjectKind.BREAK:
                rest_s += spent_s
            else:
                work_s += spent_s
            left_at = stop.leaves_at
        if own:
            way_s += max((shift.returns_at - left_at).total_seconds(), 0)
    visits = [stop for stop in stops if stop.visit.subject_kind is not SubjectKind.BREAK]
    return TeamLoad(
        team_id=route.team_id,
        stops=len(visits),
        done=sum(stop.state is StopState.DONE for stop in visits),
        shift_s=round(sum((one.ends_at - one.starts_at).total_seconds() for one in route.shifts)),
        way_s=round(way_s),
        work_s=round(work_s),
        wait_s=round(wait_s),
        rest_s=round(rest_s),
        metres=route.metres,
    )


def spread_of(shares: Sequence[float]) -> LoadSpread:
    """Compare what is used of the teams' shifts. Raises ValueError without a team."""
    if not shares:
        raise ValueError("shares: there is no team to compare")
    squares = sum(share**2 for share in shares)
    fairness = sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0
    return LoadSpread(min(shares), max(shares), fairness)
