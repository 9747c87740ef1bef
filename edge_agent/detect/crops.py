"""Where crops lie: square, inside the frame, around one box or several, or tiled over a large zone."""

from collections.abc import Iterable, Sequence
from math import ceil, floor

from edge_agent.boxes import area_px2, covered_fraction
from edge_agent.types import BoxXyxy, Polygon

_TILE_OVERLAP = 0.25
_ZONE_MARGIN = 1.1
_HELD = 0.98
"""A box counts as held by a crop from this part on; the rest is rounding."""


def square_around(box: BoxXyxy, scale: float, min_side_px: int, frame_size_px: tuple[int, int]) -> BoxXyxy:
    """Give a square `scale` times the box's longer side, at least `min_side_px`, shifted into the frame.

    Whole pixels. Where the frame is smaller than the square, the crop is as large as the frame allows.
    """
    side = max(float(min_side_px), scale * longer_side_px(box))
    x1, x2 = _span((box[0] + box[2]) / 2, side, frame_size_px[0])
    y1, y2 = _span((box[1] + box[3]) / 2, side, frame_size_px[1])
    return float(x1), float(y1), float(x2), float(y2)


def longer_side_px(box: BoxXyxy) -> float:
    """Give the larger of width and height."""
    return max(box[2] - box[0], box[3] - box[1])


def cluster(boxes: Iterable[BoxXyxy], small_px: float, growth: float = 1.5) -> list[BoxXyxy]:
    """Join boxes that one crop can hold without making any small in it; give the hulls, largest first.

    Two are joined when their hull is no longer than `small_px` or than `growth` times the longer of both.
    """
    hulls: list[BoxXyxy] = []
    for box in sorted(boxes, key=area_px2, reverse=True):
        for index, hull in enumerate(hulls):
            joined = hull_of((hull, box))
            limit_px = max(small_px, growth * max(longer_side_px(hull), longer_side_px(box)))
            if longer_side_px(joined) <= limit_px:
                hulls[index] = joined
                break
        else:
            hulls.append(box)
    return sorted(hulls, key=area_px2, reverse=True)


def hull_of(boxes: Sequence[BoxXyxy]) -> BoxXyxy:
    """Give the smallest box around all."""
    x1s, y1s, x2s, y2s = zip(*boxes, strict=True)
    return min(x1s), min(y1s), max(x2s), max(y2s)


def holds(crop: BoxXyxy, box: BoxXyxy) -> bool:
    """Tell whether the crop shows the whole box."""
    return covered_fraction(box, crop) >= _HELD


def tiles_of(
    polygon: Polygon, min_side_px: int, max_side_px: int, frame_size_px: tuple[int, int]
) -> list[BoxXyxy]:
    """Give the crops that show a zone (`polygon` in relative coordinates): one, or an overlapping grid."""
    width, height = frame_size_px
    corners: list[BoxXyxy] = [(x * width, y * height, x * width, y * height) for x, y in polygon]
    zone = hull_of(corners)
    side = max(float(min_side_px), _ZONE_MARGIN * longer_side_px(zone))
    if side <= max_side_px:
        return [square_around(zone, _ZONE_MARGIN, min_side_px, frame_size_px)]
    centres_x = _centres(zone[0], zone[2], max_side_px)
    centres_y = _centres(zone[1], zone[3], max_side_px)
    points: list[BoxXyxy] = [(x, y, x, y) for y in centres_y for x in centres_x]
    return [square_around(point, 1.0, max_side_px, frame_size_px) for point in points]


def _span(centre: float, side: float, limit: int) -> tuple[int, int]:
    length = min(ceil(side), limit)
    start = min(max(floor(centre - side / 2), 0), limit - length)
    return start, start + length


def _centres(low: float, high: float, side: float) -> list[float]:
    """Place squares over a range so that neighbours overlap; their outer edges meet its ends."""
    length = high - low
    if length <= side:
        return [(low + high) / 2]
    count = ceil((length - side) / (side * (1 - _TILE_OVERLAP))) + 1
    step = (length - side) / (count - 1)
    return [low + side / 2 + index * step for index in range(count)]
