"""Persons are made unrecognisable before a picture is kept anywhere, even in memory.

Where the detector looked, persons are hidden, with all motion that touches them. Where it did not look
(none is installed, it failed, its budget was spent), everything that moves is hidden: better a hidden dog
than a face.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from edge_agent.boxes import covered_fraction, shared_area_px2
from edge_agent.types import BoxXyxy, Observation, Track, TrackState
from wire_contract.vocabulary import Redaction

PERSON_LABELS = frozenset({"person", "pedestrian", "rider"})

LOST_FOR = timedelta(seconds=2)
"""A person whom the tracker lost this recently may still stand there."""

RESTED_FOR = timedelta(seconds=10)
"""What has not stirred for this long is a thing; a person who stands still for a moment is not yet one."""

_MOSTLY = 0.7


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is to be hidden in one frame, and in what sense."""

    boxes: tuple[BoxXyxy, ...]
    redaction: Redaction


def find_hidden(observation: Observation, *, detects_persons: bool, margin: float) -> Hidden:
    """Decide what must be hidden in the frame of an observation.

    `detects_persons` says that the model knows persons; `margin` enlarges them by a part of their size.
    """
    persons = [
        enlarged(track.box_xyxy_px, margin)
        for track in observation.tracks
        if _may_be_person(track, observation)
    ]
    detector_ran = detects_persons and observation.detector_ran
    redaction = Redaction.PERSONS if detector_ran else Redaction.MOVING_REGIONS
    if observation.background_settling and not detector_ran:
        width, height = observation.frame_size_px
        return Hidden(((0.0, 0.0, float(width), float(height)),), redaction)
    motion = [region.box_xyxy_px for region in (*observation.moving_regions, *observation.stirring_regions)]
    doubtful = [
        box
        for box in motion
        if _touches(box, persons)
        or (not (detector_ran and _was_looked_at(box, observation)) and not _is_known_thing(box, observation))
    ]
    return Hidden((*persons, *doubtful), redaction)


def _may_be_person(track: Track, observation: Observation) -> bool:
    if track.label not in PERSON_LABELS:
        return False
    return track.state is not TrackState.LOST or observation.captured_at - track.last_seen_at <= LOST_FOR


def _was_looked_at(box: BoxXyxy, observation: Observation) -> bool:
    if observation.looked_at is None:
        return True
    return any(covered_fraction(box, crop) >= _MOSTLY for crop in observation.looked_at)


def _is_known_thing(box: BoxXyxy, observation: Observation) -> bool:
    """Tell whether motion is only the trace of a thing that came to rest: it lies on it and does not stir."""
    if any(shared_area_px2(box, region.box_xyxy_px) > 0 for region in observation.stirring_regions):
        return False
    at_rest_since = observation.captured_at - RESTED_FOR
    things = [
        region.box_xyxy_px for region in observation.still_regions if region.still_since <= at_rest_since
    ]
    things += [
        track.box_xyxy_px
        for track in observation.tracks
        if track.still_since is not None
        and track.still_since <= at_rest_since
        and track.label not in PERSON_LABELS
    ]
    return any(covered_fraction(box, thing) >= _MOSTLY for thing in things)


def _touches(box: BoxXyxy, persons: Iterable[BoxXyxy]) -> bool:
    return any(shared_area_px2(box, person) > 0 for person in persons)


def enlarged(box: BoxXyxy, margin: float) -> BoxXyxy:
    """Give a box with a part of its size around it."""
    across, down = margin * (box[2] - box[0]), margin * (box[3] - box[1])
    return (box[0] - across, box[1] - down, box[2] + across, box[3] + down)
