"""Is a thing at rest only a part of something known: a parked car's mirror, a bin's open lid, a heap?"""

from collections.abc import Iterable

from edge_agent.boxes import covered_fraction, iou, shared_area_px2, size_px
from edge_agent.types import BoxXyxy, Track, TrackState

_IS_IT_IOU = 0.3
_INSIDE = 0.8
"""What sticks out further than the rest of it is a thing of its own beside the known one."""
_OPEN_EDGE = {"two_wheeler": 0.1}
"""A two-wheeler does not fill its box: what is seen in the outer part of its width may stand behind it."""
_AROUND = 0.7
_CLEAR = 0.2
_HEAP_GAP = 0.25
"""Things nearer than this part of the smaller one's size lie against each other."""
_HEAP_DEPTH = 0.5
"""Bottoms further apart than this part of the taller one's height stand one behind the other."""


def is_part_of_any(box: BoxXyxy, tracks: Iterable[Track], labels: Iterable[str]) -> bool:
    """Tell whether a box is a known thing of these classes, or a part of one.

    A part lies inside it and does not reach down to the ground before it, as a bag does that is left there.
    """
    wanted = frozenset(labels)
    return any(
        _is_part_of(box, track)
        for track in tracks
        if track.label in wanted and track.state is not TrackState.LOST
    )


def _is_part_of(box: BoxXyxy, track: Track) -> bool:
    left, top, right, bottom = track.box_xyxy_px
    edge_px = _OPEN_EDGE.get(track.label, 0.0) * (right - left)
    core = (left + edge_px, top, right - edge_px, bottom)
    is_inside = covered_fraction(box, core) >= _INSIDE and box[3] <= bottom
    return is_inside or iou(box, track.box_xyxy_px) >= _IS_IT_IOU


def is_what_moved(box: BoxXyxy, tracks: Iterable[Track], labels: Iterable[str]) -> bool:
    """Tell whether a region of unknown class is a known thing with what its shift laid bare around it."""
    tracks, wanted = tuple(tracks), frozenset(labels)
    return is_part_of_any(box, tracks, wanted) or any(
        covered_fraction(track.box_xyxy_px, box) >= _AROUND
        for track in tracks
        if track.label in wanted and track.state is not TrackState.LOST
    )


def lies_on_any(box: BoxXyxy, tracks: Iterable[Track], labels: Iterable[str]) -> bool:
    """Tell whether a thing lies on top of a known one of these classes, clear of the ground."""
    wanted = frozenset(labels)
    return any(
        covered_fraction(box, known) >= _INSIDE and box[3] <= known[3] - _CLEAR * (known[3] - known[1])
        for known in (
            track.box_xyxy_px
            for track in tracks
            if track.label in wanted and track.state is not TrackState.LOST
        )
    )


def lie_on_one_heap(one: BoxXyxy, other: BoxXyxy) -> bool:
    """Tell whether two things at rest lie against each other, and at the same depth."""
    gap_px = _HEAP_GAP * min(size_px(one), size_px(other))
    reach = (one[0] - gap_px, one[1] - gap_px, one[2] + gap_px, one[3] + gap_px)
    taller_px = max(one[3] - one[1], other[3] - other[1])
    return shared_area_px2(reach, other) > 0 and abs(one[3] - other[3]) <= _HEAP_DEPTH * taller_px
