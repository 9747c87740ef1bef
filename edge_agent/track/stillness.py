"""Does a tracked thing rest? Judged on its recent places, in box sizes and seconds.

The median place of the older third of the recent past is compared with that of the newer third: medians do
not mind single detections that jump, which is what boxes of ten pixels do.
"""

from dataclasses import dataclass
from datetime import datetime
from math import hypot
from statistics import median

from edge_agent.boxes import centre_px, size_px
from edge_agent.types import BoxXyxy

MIN_SAMPLES = 3
"""Kept however old: a detector that looks every ten seconds must be able to see rest, too."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box was at one time."""

    at: datetime
    x_px: float
    y_px: float
    size_px: float


def place_of(at: datetime, box: BoxXyxy) -> Place:
    """Give the place of a box."""
    x_px, y_px = centre_px(box)
    return Place(at, x_px, y_px, size_px(box))


def recent(places: list[Place], window_s: float) -> list[Place]:
    """Give the places of the last `window_s` seconds, and of MIN_SAMPLES looks at least."""
    newest_at = places[-1].at
    young = [place for place in places if (newest_at - place.at).total_seconds() <= window_s]
    return young if len(young) >= MIN_SAMPLES else places[-MIN_SAMPLES:]


def travelled_sizes(places: list[Place]) -> float:
    """Give how far the thing went from the older to the newer third of its places, in box sizes."""
    third = max(1, len(places) // 3)
    old, new = _median_place(places[:third]), _median_place(places[-third:])
    return hypot(new[0] - old[0], new[1] - old[1]) / max(1.0, median(place.size_px for place in places))


def resting_since(places: list[Place], tolerance_sizes: float) -> datetime:
    """Give since when, without a break up to now, the thing was within a tolerance of its median place."""
    x_px, y_px = _median_place(places[-max(1, len(places) // 3) :])
    reach_px = tolerance_sizes * max(1.0, median(place.size_px for place in places))
    since = places[-1].at
    for place in reversed(places):
        if hypot(place.x_px - x_px, place.y_px - y_px) > reach_px:
            break
        since = place.at
    return since


def _median_place(places: list[Place]) -> tuple[float, float]:
    return median(place.x_px for place in places), median(place.y_px for place in places)
