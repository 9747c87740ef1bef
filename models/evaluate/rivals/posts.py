"""What a camera's settings ask of any system: where to watch, for what, and how long a thing may stay."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.config.camera import CameraSettings
from edge_agent.rules.blocked_fire_lane import BlockedFireLaneParams
from edge_agent.rules.garbage_drop import GarbageDropParams
from edge_agent.types import BoxXyxy, Zone, ZoneKind
from wire_contract.vocabulary import EventKind

_KINDS = {
    ZoneKind.DROP_ZONE: EventKind.GARBAGE_DROP,
    ZoneKind.FIRE_LANE: EventKind.BLOCKED_FIRE_LANE,
}


@dataclass(frozen=True, slots=True)
class Post:
    """A zone in pixels with its kind of event and its dwell."""

    zone_id: str
    kind: EventKind
    corners_px: npt.NDArray[np.float32]
    dwell_s: float

    def holds(self, point_px: tuple[float, float]) -> bool:
        """Tell whether a point lies in the zone."""
        return _holds(self.corners_px, point_px)

    def covered_part(self, box: BoxXyxy) -> float:
        """Give the part of a box that lies in the zone, which is taken to be convex, in [0, 1]."""
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
        shared_px2, _ = cv2.intersectConvexConvex(self.corners_px, corners)
        return float(shared_px2) / max((right - left) * (bottom - top), 1e-9)


@dataclass(frozen=True, slots=True)
class Posts:
    """All zones of one camera."""

    posts: tuple[Post, ...]
    bins_px: tuple[npt.NDArray[np.float32], ...]
    """Where garbage may be put, and where nothing counts."""

    def at_foot_of(self, box: BoxXyxy) -> Post | None:
        """Give the zone in which the thing of a box stands, by the middle of its lower edge."""
        foot = ((box[0] + box[2]) / 2, box[3])
        if any(_holds(corners, foot) for corners in self.bins_px):
            return None
        return next((post for post in self.posts if post.holds(foot)), None)


def posts_of(settings: CameraSettings, frame_size_px: tuple[int, int]) -> Posts:
    """Read the zones of a camera."""
    size = np.array(frame_size_px, np.float32)
    watched = [
        Post(zone.zone_id, _KINDS[zone.kind], _pixels(zone, size), _dwell_s(settings, _KINDS[zone.kind]))
        for zone in settings.zones
        if zone.kind in _KINDS
    ]
    spared = [_pixels(zone, size) for zone in settings.zones if zone.kind in (ZoneKind.BIN, ZoneKind.IGNORE)]
    return Posts(tuple(watched), tuple(spared))


def _dwell_s(settings: CameraSettings, kind: EventKind) -> float:
    params = settings.rule[kind.value]
    if not isinstance(params, GarbageDropParams | BlockedFireLaneParams):
        raise TypeError(f"{kind}: has no dwell")
    return params.alarm_after_s


def _pixels(zone: Zone, size: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(zone.polygon, np.float32) * size


def _holds(corners_px: npt.NDArray[np.float32], point_px: tuple[float, float]) -> bool:
    return cv2.pointPolygonTest(corners_px, point_px, measureDist=False) >= 0
