"""Registered places under periodic inspection: drop points, bin houses, structure points."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Self

from map_server.domain.datum import LonLat
from map_server.domain.place import Whereabouts

LONGEST_INTERVAL_DAYS = 730


class SiteKind(StrEnum):
    """What is registered there."""

    DROP_POINT = "drop_point"
    BIN_HOUSE = "bin_house"
    STRUCTURE_POINT = "structure_point"


class StructureState(StrEnum):
    """Where a structure point stands."""

    DEFERRED = "deferred"
    """缓拆: known, to be removed later."""
    WATCHED = "watched"
    """A place on the ground or on a roof that must stay free."""
    RELEASED = "released"
    """解除注记: no longer on record as illegal, still looked at."""
    CLEARED = "cleared"
    SUSPECT = "suspect"


class Level(StrEnum):
    """Where a structure stands or would stand."""

    GROUND = "ground"
    ROOFTOP = "rooftop"


LAYER_OF = {
    SiteKind.DROP_POINT: "drop_points",
    SiteKind.BIN_HOUSE: "bin_houses",
    SiteKind.STRUCTURE_POINT: "structure_points",
}
DEFAULT_INTERVAL_DAYS = {SiteKind.DROP_POINT: 7, SiteKind.BIN_HOUSE: 1, SiteKind.STRUCTURE_POINT: 30}


@dataclass(frozen=True, slots=True)
class Site:
    """A place to be looked at every `interval_days`, between two times of the ward's day if given."""

    site_id: str
    kind: SiteKind
    name_zh: str
    name_en: str
    point: LonLat
    interval_days: int
    inspected_at: datetime | None = None
    state: StructureState | None = None
    level: Level | None = None
    visit_from: time | None = None
    visit_until: time | None = None
    compound_id: str | None = None
    grid_id: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.interval_days <= LONGEST_INTERVAL_DAYS:
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
    def due_at(self) -> datetime | None:
        """When the next look is due; None when nobody ever looked: at once."""
        return None if self.inspected_at is None else self.inspected_at + timedelta(days=self.interval_days)

    def is_due(self, moment: datetime) -> bool:
        """Whether a look is due at that moment. What was cleared needs none."""
        if self.state is StructureState.CLEARED:
            return False
        return self.due_at is None or self.due_at <= moment

    def overdue_days(self, moment: datetime) -> float:
        """Give for how many days a look has been due; one interval where nobody ever looked."""
        if self.due_at is None:
            return float(self.interval_days)
        return max((moment - self.due_at).total_seconds() / 86_400, 0.0)

    def inspected(self, moment: datetime) -> Self:
        """Someone looked; a late report never turns the date back."""
        if self.inspected_at is not None and self.inspected_at >= moment:
            return self
        return replace(self, inspected_at=moment)

    def with_inspection_of(self, known: "Site | None") -> Self:
        """Take over the inspection that is known already, where it is the later one."""
        if known is None or known.inspected_at is None:
            return self
        return self.inspected(known.inspected_at)

    def placed(self, where: Whereabouts) -> Self:
        """Fill in grid and compound where they are not given."""
        return replace(
            self,
            compound_id=self.compound_id or where.compound_id,
            grid_id=self.grid_id or where.grid_id,
        )
