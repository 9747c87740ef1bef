"""Registered places under inspection: drop points, bin houses, fire lanes, structure points."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Self

from shapely.geometry.base import BaseGeometry

from map_server.domain.datum import LonLat
from map_server.domain.place import Whereabouts

LONGEST_INTERVAL_DAYS = 730


class SiteKind(StrEnum):
    """What is registered there."""

    DROP_POINT = "drop_point"
    BIN_HOUSE = "bin_house"
    FIRE_LANE = "fire_lane"
    STRUCTURE_POINT = "structure_point"


class StructureState(StrEnum):
    """Where a structure point stands; site_states.py has the ways from one to another."""

    DEFERRED = "deferred"
    """缓拆: known, to be removed later."""
    TO_CLEAR = "to_clear"
    """待拆: to be removed now."""
    CLEARED = "cleared"
    """已拆除: removed; looked at so that nothing comes back (the points on the ground and on roofs)."""
    RELEASED = "released"
    """解除注记: no longer on record as illegal, still looked at."""
    SUSPECT = "suspect"
    """疑似: something was seen where no site is registered; to be verified."""


class Level(StrEnum):
    """Where a structure stands or would stand."""

    GROUND = "ground"
    ROOFTOP = "rooftop"


LAYER_OF = {
    SiteKind.DROP_POINT: "drop_points",
    SiteKind.BIN_HOUSE: "bin_houses",
    SiteKind.FIRE_LANE: "fire_lanes",
    SiteKind.STRUCTURE_POINT: "structure_points",
}


@dataclass(frozen=True, slots=True)
class Site:
    """A place to be looked at every `interval_days`, between two times of the ward's day if given.

    `interval_days` is what counts now, None where no look is needed: that of the site's group, unless the
    site `has_own_interval`. `footprint` is its shape where it is more than a point (WGS 84). `incident_id`
    names the incident for which the server itself made the site. `is_decided` tells that a person set the
    state here, which a file loaded later does not turn back. `version` counts changes of the state.
    """

    site_id: str
    kind: SiteKind
    name_zh: str
    name_en: str
    point: LonLat
    interval_days: int | None
    inspected_at: datetime | None = None
    state: StructureState | None = None
    level: Level | None = None
    visit_from: time | None = None
    visit_until: time | None = None
    compound_id: str | None = None
    grid_id: str | None = None
    has_own_interval: bool = False
    footprint: BaseGeometry | None = None
    incident_id: str | None = None
    is_decided: bool = False
    withdrawn_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if self.interval_days is not None and not 1 <= self.interval_days <= LONGEST_INTERVAL_DAYS:
            raise ValueError(
                f"interval_days: {self.interval_days} must lie between 1 and {LONGEST_INTERVAL_DAYS}"
            )
        if (self.state is None) != (self.kind is not SiteKind.STRUCTURE_POINT):
            raise ValueError(f"state: a structure point has one, a {self.kind} has none")
        if (self.visit_from is None) != (self.visit_until is None):
            raise ValueError("visit_until: give both visit_from and visit_until, or neither")
        if (
            self.visit_from is not None
            and self.visit_until is not None
            and self.visit_from >= self.visit_until
        ):
            raise ValueError(f"visit_until: {self.visit_until:%H:%M} must lie after {self.visit_from:%H:%M}")

    @property
    def is_registered(self) -> bool:
        """Whether it is on the register still."""
        return self.withdrawn_at is None

    @property
    def due_at(self) -> datetime | None:
        """When the next look is due; None when none is needed, or when nobody ever looked: at once."""
        if self.inspected_at is None or self.interval_days is None:
            return None
        return self.inspected_at + timedelta(days=self.interval_days)

    def is_due(self, moment: datetime) -> bool:
        """Whether a look is due at that moment."""
        if self.interval_days is None or not self.is_registered:
            return False
        return self.due_at is None or self.due_at <= moment

    def overdue_days(self, moment: datetime) -> float:
        """Give for how many days a look has been due; one interval where nobody ever looked."""
        if self.due_at is None:
            return float(self.interval_days or 0)
        return max((moment - self.due_at).total_seconds() / 86_400, 0.0)

    def inspected(self, moment: datetime) -> Self:
        """Someone looked; a late report never turns the date back."""
        if self.inspected_at is not None and self.inspected_at >= moment:
            return self
        return replace(self, inspected_at=moment)

    def looked_at_last(self, moment: datetime | None) -> Self:
        """A look was withdrawn: this is when somebody looked last, None where nobody did."""
        return replace(self, inspected_at=moment)

    def with_history_of(self, known: "Site | None") -> Self:
        """Take over what the register knows already: the later inspection, and a state that people set."""
        if known is None:
            return self
        site = self if known.inspected_at is None else self.inspected(known.inspected_at)
        if not known.is_decided:
            return replace(site, version=known.version)
        return replace(site, state=known.state, is_decided=True, version=known.version)

    def every(self, interval_days: int | None) -> Self:
        """Take the interval of the site's group, unless it has one of its own."""
        return self if self.has_own_interval else replace(self, interval_days=interval_days)

    def placed(self, where: Whereabouts) -> Self:
        """Fill in grid and compound where they are not given."""
        return replace(
            self,
            compound_id=self.compound_id or where.compound_id,
            grid_id=self.grid_id or where.grid_id,
        )
