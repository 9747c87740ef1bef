"""Small named worlds for patrol tests.

A straight road on which every place is so many metres from the station.
"""

from datetime import UTC, datetime

from map_server.domain.patrol import PatrolProblem, Shift, SubjectKind, Visit
from map_server.domain.travel import TravelTable

MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""08:30 in Shanghai; second 0 of every problem."""
PACE_M_S = 1.0
HOUR = 3600


def visit(
    name: str,
    prize_s: int = 3000,
    service_s: int = 300,
    window: tuple[int, int] = (0, 4 * HOUR),
    is_urgent: bool = False,
) -> Visit:
    """Something to do at the place called `name`."""
    return Visit(
        SubjectKind.INCIDENT,
        name,
        "garbage_drop",
        name,
        name,
        (121.56, 31.25),
        service_s,
        prize_s,
        *window,
        is_urgent,
    )


def shift(team: str = "A", starts_s: int = 0, ends_s: int = 4 * HOUR, pace_m_s: float = PACE_M_S) -> Shift:
    """A team that begins and ends at the station."""
    return Shift(team, starts_s, ends_s, (121.56, 31.25), (121.56, 31.25), pace_m_s)


def road(
    visits: dict[float, Visit],
    shifts: list[Shift],
    islands: tuple[float, ...] = (),
    stations_m: tuple[float, ...] = (),
) -> PatrolProblem:
    """Put visits on a road by their metres from the station; places in `islands` have no way to them."""
    stations = stations_m or (0.0,) * len(shifts)
    along = [*visits, *(station for station in stations for _ in "se")]
    off = {index: 250.0 for index, metres in enumerate(along) if metres in islands}
    rows = tuple(
        tuple(None if one != other and {one, other} & set(islands) else abs(one - other) for other in along)
        for one in along
    )
    return PatrolProblem(MORNING, tuple(visits.values()), tuple(shifts), TravelTable(rows, off))
