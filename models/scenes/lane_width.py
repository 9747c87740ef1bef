"""The true clear width of a straight fire lane along y, from the meshes of what stands in it.

As the rule defines it (edge_agent/rules/clear_width.py): what stands within reach along the lane counts as if
side by side, and the widest single gap across the lane is free. Here everything given is within reach.
"""

from collections.abc import Sequence

from models.scenes.shapes.thing import Thing


def clear_width_m(lane_m: tuple[float, float], things: Sequence[Thing]) -> float:
    """Give the widest gap between the lane's edges and the things that stand in it, in metres."""
    left, right = lane_m
    extents = sorted(
        (max(left, low), min(right, high))
        for low, high in map(across_m, things)
        if low < right and high > left
    )
    free_from, widest = left, 0.0
    for start, end in extents:
        widest = max(widest, start - free_from)
        free_from = max(free_from, end)
    return max(widest, right - free_from)


def across_m(thing: Thing) -> tuple[float, float]:
    """Give the least and greatest x of a thing."""
    vertices = thing.vertices_m()
    return float(vertices[:, 0].min()), float(vertices[:, 0].max())
