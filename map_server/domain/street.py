"""A street as it was loaded, and for whom it is: the one model of streets for ways, coverage and the map."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from map_server.domain.datum import LonLat


class TravelMode(StrEnum):
    """How a team moves."""

    WALK = "walk"
    EBIKE = "ebike"


@dataclass(frozen=True, slots=True)
class StreetWay:
    """A way of two points or more, in WGS 84. `tags` are those of OpenStreetMap.

    `barriers` has the tags of what stands on the way (a gate, a bollard), by the index of its point.
    """

    way_id: str
    name_zh: str
    name_en: str
    points: tuple[LonLat, ...]
    tags: Mapping[str, str]
    barriers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise ValueError(f"way {self.way_id}: has {len(self.points)} points; a street needs two or more")


@dataclass(frozen=True, slots=True)
class Trip:
    """How and when somebody moves: what is closed between `first` and `last` is not used (None: now)."""

    mode: TravelMode = TravelMode.WALK
    first: datetime | None = None
    last: datetime | None = None


ON_FOOT_NOW = Trip()


@dataclass(frozen=True, slots=True)
class StreetFigures:
    """A street network in numbers. `usable_m` are the streets that a mode may use, by mode; `aside_m` those
    of them that no way connects with the rest, so that nothing is planned there.
    """

    segments: int
    junctions: int
    length_m: float
    usable_m: Mapping[TravelMode, float]
    aside_m: Mapping[TravelMode, float]
