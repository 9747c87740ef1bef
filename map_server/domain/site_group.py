"""Groups of sites: how often each is looked at, what must be shown, and how far its place reaches. Data."""

from collections.abc import Iterable
from dataclasses import dataclass

from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.site import LONGEST_INTERVAL_DAYS, Level, Site, SiteKind, StructureState

FARTHEST_BUFFER_M = 100.0


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """Sites of one kind, of one state and level where these are given. `interval_days` None: no look needed.

    What is found within `buffer_m` of a site belongs to that site.
    """

    group_id: str
    name_zh: str
    name_en: str
    kind: SiteKind
    interval_days: int | None
    buffer_m: float
    evidence_needed: tuple[EvidenceNeed, ...] = ()
    state: StructureState | None = None
    level: Level | None = None

    def __post_init__(self) -> None:
        if self.interval_days is not None and not 1 <= self.interval_days <= LONGEST_INTERVAL_DAYS:
            raise ValueError(
                f"interval_days: {self.interval_days} must lie between 1 and {LONGEST_INTERVAL_DAYS}"
            )
        if not 0 < self.buffer_m <= FARTHEST_BUFFER_M:
            raise ValueError(
                f"buffer_m: {self.buffer_m} must lie above 0 and not exceed {FARTHEST_BUFFER_M:.0f}"
            )
        if self.state is not None and self.kind is not SiteKind.STRUCTURE_POINT:
            raise ValueError(f"state: only structure points have one, not a {self.kind}")

    def holds(self, site: Site) -> bool:
        """Whether a site is of this group."""
        return (
            site.kind is self.kind and self.state in (None, site.state) and self.level in (None, site.level)
        )

    @property
    def rank(self) -> int:
        """The lower, the more it says; the lowest group that holds a site is the site's."""
        return (self.state is None) * 2 + (self.level is None)


_PHOTO = (EvidenceNeed.AFTER_PHOTO,)


def _structures(group_id: str, zh: str, en: str, state: StructureState, days: int) -> SiteGroup:
    return SiteGroup(group_id, zh, en, SiteKind.STRUCTURE_POINT, days, 15.0, _PHOTO, state)


DEFAULT_GROUPS = (
    SiteGroup("drop_points", "投放点", "Drop points", SiteKind.DROP_POINT, 7, 15.0, _PHOTO),
    SiteGroup("bin_houses", "垃圾厢房", "Bin houses", SiteKind.BIN_HOUSE, 1, 15.0, _PHOTO),
    SiteGroup("fire_lanes", "消防通道", "Fire lanes", SiteKind.FIRE_LANE, 30, 2.0, _PHOTO),
    _structures("deferred", "缓拆点位", "Deferred", StructureState.DEFERRED, 30),
    _structures("to_clear", "待拆点位", "To clear", StructureState.TO_CLEAR, 7),
    _structures("cleared", "拆除后点位", "Cleared", StructureState.CLEARED, 14),
    _structures("released", "解除注记点位", "Released", StructureState.RELEASED, 90),
    _structures("suspect", "疑似点位", "Suspect", StructureState.SUSPECT, 3),
)
"""What counts where no groups were loaded."""


class SiteGroups:
    """The groups as they are now; each site belongs to one. Those not loaded are filled up with defaults."""

    def __init__(self, loaded: Iterable[SiteGroup] = ()) -> None:
        given = tuple(loaded)
        covered = {(one.kind, one.state) for one in given if one.level is None}
        covered |= {(one.kind, None) for one in given if one.level is None and one.state is None}
        missing = [
            one
            for one in DEFAULT_GROUPS
            if (one.kind, one.state) not in covered and (one.kind, None) not in covered
        ]
        self.all = (*given, *missing)

    def of_id(self, group_id: str) -> SiteGroup:
        """Give a group by its id. Raises KeyError."""
        return {group.group_id: group for group in self.all}[group_id]

    def of(self, site: Site) -> SiteGroup:
        """Give the group of a site: the one that says most of it, the first by id of equal ones."""
        holding = [group for group in self.all if group.holds(site)]
        return min(holding, key=lambda group: (group.rank, group.group_id))

    def settled(self, site: Site) -> Site:
        """Give a site the interval of its group."""
        return site.every(self.of(site).interval_days)
