"""Judges whether a thing blocks a fire lane: by clear width in metres where the ground is known, else by
overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.ports import GroundPlane
from edge_agent.rules.clear_width import (
    Lane,
    Obstacle,
    clear_width_m,
    footprint_on_ground,
    intrusion_m,
    lane_on_ground,
)
from edge_agent.rules.zones import footprint_fraction, of_kind, stands_in, touches, zone_polygon_px
from edge_agent.types import AttributeValue, BoxXyxy, Zone, ZoneKind

RELEASE_MARGIN_M = 0.2
"""A blocked lane is free again only with this much more than the demanded width, so that noise flips
nothing.
"""


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What a lane must keep free; the meaning of each is told in `BlockedFireLaneParams`."""

    min_clear_width_m: float
    min_overlap: float
    min_intrusion_m: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class LaneFinding:
    """How a thing stands in the lane that it overlaps most. No known ground, no clear width."""

    zone_id: str
    is_blocking: bool
    overlap: float
    clear_width_m: float | None

    def attributes(self) -> dict[str, AttributeValue]:
        """Give the finding as attributes of an event."""
        found: dict[str, AttributeValue] = {
            "is_blocking": self.is_blocking,
            "lane_overlap": round(self.overlap, 2),
        }
        if self.clear_width_m is not None:
            found["clear_width_m"] = round(self.clear_width_m, 2)
        return found


class LaneJudge:
    """The fire lanes of one camera."""

    def __init__(self, zones: Sequence[Zone], limits: LaneLimits, ground: GroundPlane | None) -> None:
        self._lanes = of_kind(zones, ZoneKind.FIRE_LANE)
        self._ignored = of_kind(zones, ZoneKind.IGNORE)
        self._limits = limits
        self._ground = ground
        self._lanes_on_ground: dict[tuple[Zone, tuple[int, int]], Lane | None] = {}

    def concerns(self, box: BoxXyxy, frame_size_px: tuple[int, int]) -> bool:
        """Tell whether a thing touches a fire lane and does not stand in an ignored zone."""
        if stands_in(box, self._ignored, frame_size_px) is not None:
            return False
        return touches(box, self._lanes, frame_size_px)

    def judge(self, thing: Obstacle, others: Sequence[Obstacle], was_blocking: bool) -> LaneFinding | None:
        """Judge a thing together with the others that stand there, or None when it touches no lane."""
        overlaps = [
            (footprint_fraction(thing.box_xyxy_px, zone, thing.frame_size_px), zone) for zone in self._lanes
        ]
        overlap, zone = max(overlaps, key=lambda pair: pair[0])
        if overlap <= 0:
            return None
        margin_m = RELEASE_MARGIN_M if was_blocking else 0.0
        on_ground = self._judge_on_ground(zone, thing, others, margin_m)
        if on_ground is None:
            return LaneFinding(zone.zone_id, overlap >= self._limits.min_overlap, overlap, None)
        is_blocking, width_m = on_ground
        return LaneFinding(zone.zone_id, is_blocking, overlap, width_m)

    def _judge_on_ground(
        self, zone: Zone, thing: Obstacle, others: Sequence[Obstacle], margin_m: float
    ) -> tuple[bool, float] | None:
        """Give whether a thing blocks and the clear width beside it, None where the ground is not known."""
        if self._ground is None:
            return None
        lane = self._lane_on_ground(zone, thing.frame_size_px, self._ground)
        obstacle = None if lane is None else footprint_on_ground(thing, lane, self._ground)
        if lane is None or obstacle is None:
            return None
        found = (footprint_on_ground(other, lane, self._ground) for other in others)
        neighbours = [footprint for footprint in found if footprint is not None]
        width_m = clear_width_m(lane, obstacle, neighbours, self._limits.reach_m)
        reaches_in = intrusion_m(lane, obstacle) >= self._limits.min_intrusion_m
        return reaches_in and width_m < self._limits.min_clear_width_m + margin_m, width_m

    def _lane_on_ground(self, zone: Zone, frame_size_px: tuple[int, int], ground: GroundPlane) -> Lane | None:
        key = (zone, frame_size_px)
        if key not in self._lanes_on_ground:
            self._lanes_on_ground[key] = lane_on_ground(zone_polygon_px(zone, frame_size_px), ground)
        return self._lanes_on_ground[key]
