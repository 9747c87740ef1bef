"""How far the stops of a patrol are from each other along the streets, and how long a team takes.

The street network measures metres; a team's pace makes seconds of them, so that teams on foot and on e-bikes
share one measurement.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from map_server.domain.street import TravelMode

TravelRows: TypeAlias = tuple[Sequence[float | None], ...]
"""Metres from row to row; None where no way leads."""
SecondsTable: TypeAlias = tuple[tuple[int | None, ...], ...]
"""Whole seconds from row to row; None where no way leads."""

WALKING_M_S = 1.2
"""Pace on foot while on duty: the crosswalk design speed of the Highway Capacity Manual 2000."""
EBIKE_M_S = 3.5
"""Pace on an e-bike inside a neighbourhood, stops at gates included; half of the legal 25 km/h."""
SLOWEST_M_S, FASTEST_M_S = 0.3, 12.0
_FASTEST_ON_FOOT_M_S = 2.5


def check_pace(pace_m_s: float) -> None:
    """Raises ValueError unless the pace is one at which a patrol can move."""
    if not SLOWEST_M_S <= pace_m_s <= FASTEST_M_S:
        raise ValueError(f"pace_m_s: {pace_m_s} must lie between {SLOWEST_M_S} and {FASTEST_M_S}")


def mode_at(pace_m_s: float) -> TravelMode:
    """Tell how a team of this pace moves."""
    return TravelMode.EBIKE if pace_m_s > _FASTEST_ON_FOOT_M_S else TravelMode.WALK


@dataclass(frozen=True, slots=True)
class TravelTable:
    """Metres along the streets between points, row by row from start to end; None where no way leads.

    `off_network` tells for the index of a point that is not on the network how many metres off it lies.
    `effort_m` are the metres that a team at its own pace covers in the time that the way takes: more than
    `metres` where an e-bike must be pushed. None: they are the same.
    """

    metres: TravelRows
    off_network: Mapping[int, float] = field(default_factory=dict)
    effort_m: TravelRows | None = None
    _at_pace: dict[float, SecondsTable] = field(default_factory=dict, init=False, compare=False, repr=False)

    def seconds(self, start: int, end: int, pace_m_s: float) -> int | None:
        """Give whole seconds, rounded up, or None where no way leads."""
        return self.at_pace(pace_m_s)[start][end]

    def at_pace(self, pace_m_s: float) -> SecondsTable:
        """Give the whole table in seconds; each pace is computed once."""
        if pace_m_s not in self._at_pace:
            rows = self.metres if self.effort_m is None else self.effort_m
            self._at_pace[pace_m_s] = tuple(
                tuple(None if way_m is None else math.ceil(round(way_m / pace_m_s, 6)) for way_m in row)
                for row in rows
            )
        return self._at_pace[pace_m_s]

    def selected(self, indices: Sequence[int]) -> "TravelTable":
        """Give the table of some of the points, in the order given."""
        place = {index: position for position, index in enumerate(indices)}
        effort_m = None if self.effort_m is None else _selected(self.effort_m, indices)
        off = {place[index]: away_m for index, away_m in self.off_network.items() if index in place}
        return TravelTable(_selected(self.metres, indices), off, effort_m)


def _selected(rows: TravelRows, indices: Sequence[int]) -> TravelRows:
    return tuple(tuple(rows[start][end] for end in indices) for start in indices)
