"""Who may use a street, in which direction and how fast, told from the tags of OpenStreetMap.

What is said of the mode itself (foot; bicycle, vehicle) goes before `access`. Source: OpenStreetMap wiki,
Key:access, Key:oneway, Key:barrier. Expressways (trunk) are closed to both modes unless their tags open them:
article 67 of the Road Traffic Safety Law keeps pedestrians and non-motor vehicles off motorways, and Chinese
cities do the same on elevated roads, which OpenStreetMap calls trunk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from map_server.domain.street import TravelMode
from map_server.domain.travel import EBIKE_M_S, WALKING_M_S

_YES = frozenset({"yes", "designated", "permissive", "destination", "customers", "official", "delivery"})
_PRIVATE = frozenset({"private", "permit", "residents"})
_PUSHED_ON_STEPS_M_S = 0.4
_STEPS_M_S = 0.6
"""Stairs, up and down together: taken to be about half of the pace on the level."""

_ON_FOOT: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(
        (
            "primary",
            "primary_link",
            "secondary",
            "secondary_link",
            "tertiary",
            "tertiary_link",
            "unclassified",
            "residential",
            "living_street",
            "service",
            "road",
            "track",
            "pedestrian",
            "footway",
            "path",
            "cycleway",
            "bridleway",
            "corridor",
            "platform",
        ),
        WALKING_M_S,
    )
    | {"steps": _STEPS_M_S}
)
# Riding: below the 25 km/h that GB 17761-2018 allows, by how far one sees; pushing on pavements and steps.
_ON_EBIKE: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(("primary", "primary_link", "secondary", "secondary_link", "cycleway"), 5.0)
    | dict.fromkeys(("tertiary", "tertiary_link", "unclassified", "road"), 4.5)
    | {"residential": EBIKE_M_S}
    | dict.fromkeys(("living_street", "service", "path", "track"), 2.8)
    | dict.fromkeys(("pedestrian", "footway"), WALKING_M_S)
    | {"steps": _PUSHED_ON_STEPS_M_S}
)
_CLOSED_TO_ALL = frozenset(
    {"wall", "fence", "city_wall", "retaining_wall", "hedge", "ditch", "guard_rail", "jersey_barrier"}
)
_CLOSED_TO_BIKES = frozenset({"stile", "kissing_gate", "turnstile", "full-height_turnstile", "horse_stile"})


@dataclass(frozen=True, slots=True)
class Use:
    """How a mode uses a street: in the direction in which it is drawn, against it, and at which speed."""

    forward: bool
    backward: bool
    speed_m_s: float

    @property
    def is_none(self) -> bool:
        """Whether the mode may not be here at all."""
        return not self.forward and not self.backward


_NO_USE = Use(False, False, WALKING_M_S)


@dataclass(frozen=True, slots=True)
class StreetProfile:
    """The rules of one mode. `pace_m_s` is the team's pace that `speeds_m_s` go with: a team that is slower
    is slower everywhere in proportion. `keys` of access, the most telling first. `enters_private`: patrols
    on foot go into compounds, whose ways and gates are tagged private.
    """

    mode: TravelMode
    pace_m_s: float
    speeds_m_s: Mapping[str, float]
    keys: tuple[str, ...]
    oneway_keys: tuple[str, ...]
    enters_private: bool
    closed_barriers: frozenset[str]

    def use_of(self, tags: Mapping[str, str]) -> Use:
        """Tell how this mode uses a street with these tags."""
        highway = tags.get("highway", "")
        allowed = self._allowed(tags, highway in self.speeds_m_s)
        if not allowed or highway in ("construction", "proposed", "razed", "abandoned"):
            return _NO_USE
        speed_m_s = self.speeds_m_s.get(highway, WALKING_M_S)
        if self._is_pushed(tags):
            return Use(True, True, min(speed_m_s, WALKING_M_S))
        sense = self._sense(tags)
        return Use(sense >= 0, sense <= 0, speed_m_s)

    def passes(self, tags: Mapping[str, str]) -> bool:
        """Tell whether this mode gets past what stands on a street (a gate, a bollard)."""
        barrier = tags.get("barrier")
        if barrier is None:
            return True
        if tags.get("locked") == "yes" and not self.enters_private:
            return False
        return self._allowed(tags, barrier not in self.closed_barriers)

    def _allowed(self, tags: Mapping[str, str], by_default: bool) -> bool:
        for key in (*self.keys, "access"):
            value = tags.get(key)
            if value is None:
                continue
            if value in _PRIVATE:
                return self.enters_private and by_default
            if value == "dismount" or value in _YES:
                # `access=yes` on a motorway does not invite those who walk; `foot=yes` does.
                return by_default or key != "access"
            return False
        return by_default

    def _is_pushed(self, tags: Mapping[str, str]) -> bool:
        return self.mode is TravelMode.EBIKE and tags.get("bicycle") == "dismount"

    def _sense(self, tags: Mapping[str, str]) -> int:
        """Give 1 for one way as drawn, -1 for one way against it, 0 for both ways."""
        for key in self.oneway_keys:
            value = tags.get(key)
            if value in ("yes", "true", "1"):
                return 1
            if value in ("-1", "reverse"):
                return -1
            if value == "no":
                return 0
        if "oneway" in self.oneway_keys and tags.get("junction") in ("roundabout", "circular"):
            return 1
        return 0


WALKING = StreetProfile(
    mode=TravelMode.WALK,
    pace_m_s=WALKING_M_S,
    speeds_m_s=_ON_FOOT,
    keys=("foot",),
    oneway_keys=("oneway:foot",),
    enters_private=True,
    closed_barriers=_CLOSED_TO_ALL,
)
EBIKE = StreetProfile(
    mode=TravelMode.EBIKE,
    pace_m_s=EBIKE_M_S,
    speeds_m_s=_ON_EBIKE,
    keys=("bicycle", "vehicle"),
    oneway_keys=("oneway:bicycle", "oneway"),
    enters_private=False,
    closed_barriers=_CLOSED_TO_ALL | _CLOSED_TO_BIKES,
)
PROFILES: Mapping[TravelMode, StreetProfile] = MappingProxyType(
    {profile.mode: profile for profile in (WALKING, EBIKE)}
)
READ_TAGS = frozenset(
    {
        "highway",
        "access",
        "foot",
        "bicycle",
        "vehicle",
        "oneway",
        "oneway:bicycle",
        "oneway:foot",
        "junction",
        "barrier",
        "locked",
    }
)
"""The tags that matter here; a street keeps no others."""
