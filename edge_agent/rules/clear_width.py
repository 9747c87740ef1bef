"""How wide a fire lane is still free beside an obstacle, in metres on the ground. Geometry only.

The lane's axis is the long side of its smallest enclosing rectangle (a lane with a bend is drawn as two
zones). Lines are laid across the lane over the length of the obstacle; on each, what is left between the
lane's edges and the obstacles nearby is free, and the widest single gap counts, since a fire engine cannot
pass through two halves. The narrowest line decides. Obstacles a few metres further along count as if they
stood beside it: an engine of ten metres cannot weave between two staggered cars.

Source of the width demanded: GB 50016-2014 (2018), 7.1.8: a fire lane is at least 4.0 m wide and free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely import LineString, Polygon, get_coordinates
from shapely.geometry.base import BaseGeometry

from edge_agent.ports import GroundPlane
from edge_agent.rules.zones import footprint_px
from edge_agent.solids import best_stand
from edge_agent.types import BoxXyxy

SECTION_STEP_M = 0.25
"""Distance of the lines across the lane."""

MAX_SECTIONS = 40


_BOX_SIGMA_PX, _BOX_SIGMA = 1.5, 0.02
"""How exact the edges of a box are: in pixels, and as a part of its width and height."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A thing in the picture: its box, what it is, and the size of the frame."""

    box_xyxy_px: BoxXyxy
    label: str
    frame_size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lane:
    """A fire lane on the ground: its outline in metres and the unit vectors along and across."""

    outline_m: Polygon
    along: tuple[float, float]

    @property
    def across(self) -> tuple[float, float]:
        """The direction at right angles to the lane."""
        return -self.along[1], self.along[0]


def lane_on_ground(polygon_px: Polygon, ground: GroundPlane) -> Lane | None:
    """Give the lane of a zone's polygon, or None when part of it lies above the horizon."""
    outline = ground_polygon(polygon_px, ground)
    if outline is None or outline.area <= 0:
        return None
    corners = get_coordinates(outline.minimum_rotated_rectangle)[:3]
    sides = np.diff(corners, axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    along = sides[int(np.argmax(lengths))] / lengths.max()
    return Lane(outline, (float(along[0]), float(along[1])))


def ground_polygon(polygon_px: Polygon, ground: GroundPlane) -> Polygon | None:
    """Give a polygon of pixels in metres on the ground, or None when part of it lies above the horizon."""
    corners_m = ground.to_ground_m(get_coordinates(polygon_px)[:-1])
    if not np.isfinite(corners_m).all():
        return None
    return Polygon(corners_m)


def footprint_on_ground(obstacle: Obstacle, lane: Lane, ground: GroundPlane) -> Polygon | None:
    """Give the ground that a thing covers, or None when part of that lies above the horizon.

    A solid of its class that stands along the lane or across it and fills the box; where the camera's pose
    is not known, the ground under the lowest part of the box.
    """
    box = obstacle.box_xyxy_px
    width_px, height_px = box[2] - box[0], box[3] - box[1]
    sigma_px = (max(_BOX_SIGMA_PX, _BOX_SIGMA * width_px), max(_BOX_SIGMA_PX, _BOX_SIGMA * height_px))
    directions = (lane.along, lane.across)
    stand = best_stand(obstacle.label, box, obstacle.frame_size_px, directions, ground, sigma_px)
    return ground_polygon(footprint_px(box), ground) if stand is None else Polygon(stand.corners_m)


def clear_width_m(lane: Lane, obstacle: Polygon, others: Sequence[Polygon], reach_m: float) -> float:
    """Give the widest free gap across the lane where the obstacle stands, in metres.

    `others` count where they stand within `reach_m` along the lane before or behind the obstacle. An obstacle
    outside the lane leaves the lane's own width.
    """
    start_m, end_m = _extent(obstacle, lane.along)
    near = [obstacle]
    for other in others:
        other_start_m, other_end_m = _extent(other, lane.along)
        if other_start_m <= end_m + reach_m and other_end_m >= start_m - reach_m:
            near.append(other)
    inside = [footprint & lane.outline_m for footprint in near]
    taken = [_extent(part, lane.across) for part in inside if part.area > 0]
    count = int(np.clip(np.ceil((end_m - start_m) / SECTION_STEP_M), 2, MAX_SECTIONS))
    widths = [_free_on_line(lane, float(place), taken) for place in np.linspace(start_m, end_m, count)]
    return min((width for width in widths if width is not None), default=_lane_width_m(lane))


def intrusion_m(lane: Lane, obstacle: Polygon) -> float:
    """Give how much of the lane's width an obstacle takes."""
    inside = obstacle & lane.outline_m
    if inside.area <= 0:
        return 0.0
    start_m, end_m = _extent(inside, lane.across)
    return end_m - start_m


def _free_on_line(lane: Lane, place_m: float, taken: Sequence[tuple[float, float]]) -> float | None:
    """Give the widest gap on one line across the lane, None where the line misses the lane."""
    edges = _lane_edges(lane, place_m)
    if edges is None:
        return None
    free_from, end = edges
    widest = 0.0
    for start_m, end_m in sorted(taken):
        widest = max(widest, min(start_m, end) - free_from)
        free_from = max(free_from, end_m)
    return max(widest, end - free_from, 0.0)


def _lane_edges(lane: Lane, place_m: float) -> tuple[float, float] | None:
    along, across = np.asarray(lane.along), np.asarray(lane.across)
    left_m, right_m = _extent(lane.outline_m, lane.across)
    line = LineString([place_m * along + side_m * across for side_m in (left_m - 1.0, right_m + 1.0)])
    inside = line & lane.outline_m
    return None if inside.length <= 0 else _extent(inside, lane.across)


def _lane_width_m(lane: Lane) -> float:
    start_m, end_m = _extent(lane.outline_m, lane.across)
    return end_m - start_m


def _extent(geometry: BaseGeometry, direction: tuple[float, float]) -> tuple[float, float]:
    """Give the least and the greatest place of a geometry along a direction."""
    places = get_coordinates(geometry) @ np.asarray(direction)
    return float(places.min()), float(places.max())
