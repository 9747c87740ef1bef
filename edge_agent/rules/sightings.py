"""What slot memory takes in: the things that a rule looks for in one instant, drawn from an observation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edge_agent.boxes import covered_fraction
from edge_agent.types import BoxXyxy, Observation, StillOrigin, StillRegion, Track, TrackState

REST_KNOWN_AFTER_S = 2.5
"""A thing seen for longer than this that is not known to rest moves."""

UNKNOWN_GROUP = ""
"""The group of a thing whose class nobody knows; it matches a slot of any group."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing of the kind that a rule looks for, seen in one instant.

    `rests_since` is None while it is not known to rest: such a sighting keeps a slot alive and opens none.
    `first_seen_at` is when its source first saw it: before `rests_since` if it came from elsewhere.
    """

    box_xyxy_px: BoxXyxy
    label: str
    group: str
    score: float
    rests_since: datetime | None
    first_seen_at: datetime
    origin: StillOrigin
    track_id: int | None = None

    def was_moving(self, at: datetime) -> bool:
        """Tell whether it was seen long enough, and did not rest, until a time that is not after its rest."""
        is_awake = self.rests_since is None or at <= self.rests_since
        return is_awake and (at - self.first_seen_at).total_seconds() > REST_KNOWN_AFTER_S


@dataclass(frozen=True, slots=True)
class View:
    """One instant as slot memory sees it.

    `bystanders` are the boxes of all else that is there (persons, moving things), which may hide a slot.
    `looked_at`: what the detector was shown; None for the whole frame, () when it did not run.
    """

    at: datetime
    sightings: tuple[Sighting, ...] = ()
    bystanders: tuple[BoxXyxy, ...] = ()
    looked_at: tuple[BoxXyxy, ...] | None = None
    background_ready: bool = True

    def could_see(self, box: BoxXyxy, origins: frozenset[StillOrigin]) -> bool:
        """Tell whether a thing at this place, known from these sources, would have been seen."""
        return all(self._source_could_see(box, origin) for origin in origins)

    def _source_could_see(self, box: BoxXyxy, origin: StillOrigin) -> bool:
        if origin is StillOrigin.STILL_FOREGROUND:
            return self.background_ready
        return self.looked_at is None or any(covered_fraction(box, crop) > 0.9 for crop in self.looked_at)


def track_sighting(track: Track, group: str) -> Sighting:
    """Give a track as a sighting of the detector."""
    return Sighting(
        box_xyxy_px=track.box_xyxy_px,
        label=track.label,
        group=group,
        score=track.score,
        rests_since=track.still_since,
        first_seen_at=track.first_seen_at,
        origin=StillOrigin.DETECTOR,
        track_id=track.track_id,
    )


def region_sighting(region: StillRegion, label: str) -> Sighting:
    """Give a still region as a sighting of a thing of unknown class."""
    return Sighting(
        box_xyxy_px=region.box_xyxy_px,
        label=label,
        group=UNKNOWN_GROUP,
        score=region.score,
        rests_since=region.still_since,
        first_seen_at=region.still_since,
        origin=StillOrigin.STILL_FOREGROUND,
    )


def view_of(observation: Observation, groups: Mapping[str, str], region_label: str | None) -> View:
    """Draw from an observation the things whose label is in `groups`, and all else as bystanders.

    `region_label` names the still regions; None leaves them out. A lost track is not seen. Whoever needs to
    judge places (zones, sizes) filters `sightings` with `dataclasses.replace`.
    """
    seen = [track for track in observation.tracks if track.state is not TrackState.LOST]
    things = [track_sighting(track, groups[track.label]) for track in seen if track.label in groups]
    if region_label is not None and not observation.background_settling:
        things += [region_sighting(region, region_label) for region in observation.still_regions]
    others = [track.box_xyxy_px for track in seen if track.label not in groups]
    return View(
        at=observation.captured_at,
        sightings=tuple(things),
        bystanders=(*others, *(region.box_xyxy_px for region in observation.moving_regions)),
        looked_at=observation.looked_at if observation.detector_ran else (),
        background_ready=not observation.background_settling,
    )
