"""How long visits take and what they are worth: the settings of patrol planning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from map_server.domain.patrol import HIGHEST_PRIZE_S, LONGEST_SERVICE_S
from map_server.domain.site import SiteKind

_SERVICE_S = MappingProxyType(
    {
        SiteKind.DROP_POINT: 180,
        SiteKind.BIN_HOUSE: 300,
        SiteKind.FIRE_LANE: 240,
        SiteKind.STRUCTURE_POINT: 420,
    }
)
_PRIZE_S = MappingProxyType(
    {
        SiteKind.DROP_POINT: 900,
        SiteKind.BIN_HOUSE: 1200,
        SiteKind.FIRE_LANE: 1200,
        SiteKind.STRUCTURE_POINT: 1500,
    }
)


_RANGES = MappingProxyType(
    {
        "incident_service_s": (1, LONGEST_SERVICE_S),
        "incident_prize_s": (1, HIGHEST_PRIZE_S),
        "urgent_prize_s": (1, HIGHEST_PRIZE_S),
        "urgent_within_s": (60, 86_400),
        "overdue_prize_s_per_day": (0, 43_200),
        "most_overdue_prize_s": (0, 43_200),
        "early_days": (0.1, 30),
        "early_share": (0.01, 1),
        "most_sites": (0, 1000),
        "corner_prize_s": (1, 43_200),
        "corner_prize_s_per_day": (0, 3600),
        "most_corner_prize_s": (1, 43_200),
        "most_corners": (0, 1000),
        "levelling_share": (0, 0.2),
    }
)
"""Lowest and highest value of each setting."""


@dataclass(frozen=True, slots=True)
class PatrolParams:
    """Seconds on site, and worth in seconds of patrol that may be spent on a visit, way and wait included."""

    incident_service_s: int = 600
    incident_prize_s: int = 5400
    urgent_prize_s: int = 21_600
    urgent_within_s: int = 3600
    """An urgent incident should be reached within this time."""
    site_service_s: Mapping[SiteKind, int] = field(default_factory=lambda: _SERVICE_S)
    site_prize_s: Mapping[SiteKind, int] = field(default_factory=lambda: _PRIZE_S)
    overdue_prize_s_per_day: int = 300
    most_overdue_prize_s: int = 3600
    early_days: float = 2.0
    """So many days before it is due a site is worth a visit already, at first `early_share` of its prize."""
    early_share: float = 0.5
    most_sites: int = 600
    """The sites that are overdue longest come first."""
    corner_prize_s: int = 300
    """Worth of a blind corner beyond the time that it takes to walk it."""
    corner_prize_s_per_day: int = 10
    most_corner_prize_s: int = 1200
    most_corners: int = 150
    levelling_share: float = 0.05
    """What part of a plan's worth may be spent on sharing the work out evenly between teams that are out in
    the same hours; 0: none. Where all shifts are full there is nothing to share out, and nothing is spent."""

    def __post_init__(self) -> None:
        for key, (lowest, highest) in _RANGES.items():
            if not lowest <= getattr(self, key) <= highest:
                raise ValueError(f"{key}: {getattr(self, key)} must lie between {lowest} and {highest}")
        for key in ("incident_prize_s", "urgent_prize_s"):
            if getattr(self, key) <= self.incident_service_s:
                raise ValueError(f"{key}: must lie above incident_service_s, else nobody would go")
        for kind in SiteKind:
            if not 0 < self.site_service_s[kind] < self.site_prize_s[kind] <= HIGHEST_PRIZE_S:
                raise ValueError(f"site_prize_s: that of {kind} must lie above its site_service_s")
