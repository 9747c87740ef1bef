"""Decides which crops of a frame the detector is shown: watched zones at times, motion, tracks in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np

from edge_agent.boxes import centre_px
from edge_agent.detect.crops import cluster, holds, longer_side_px, square_around, tiles_of
from edge_agent.limits import refuse_out_of_range
from edge_agent.types import BoxXyxy, Motion, Track, TrackState, Zone, ZoneKind

_WATCHED = frozenset({ZoneKind.DROP_ZONE, ZoneKind.FIRE_LANE})
"""Zones in which also a thing that never moved in view must be found. Structures need no detector."""

_WHOLE_FRAME_FACTOR = 1.6
"""A frame up to so many times the least crop is shown as a whole rather than in several crops."""


@dataclass(frozen=True, slots=True)
class LookParams:
    """Table `[look]`.

    min_crop_px: least side of a crop, about the network's input size, 96 to 2048.
    max_tile_px: a zone longer than this is looked at in several tiles, 96 to 8192.
    crop_scale: side of a crop relative to what it is made for, 1 to 4.
    max_crops: cap for one frame, 1 to 64.
    look_at_zones_every_s: a watched zone is looked at so often whatever motion says, 0.2 to 10.
    verify_every_s: a track that nothing else shows to the detector is looked at so often, 0.2 to 60.
    """

    min_crop_px: int = 416
    max_tile_px: int = 832
    crop_scale: float = 1.35
    max_crops: int = 6
    look_at_zones_every_s: float = 8.0
    verify_every_s: float = 3.0

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "min_crop_px": (96, 2048),
                "max_tile_px": (96, 8192),
                "crop_scale": (1, 4),
                "max_crops": (1, 64),
                "look_at_zones_every_s": (0.2, 10),
                "verify_every_s": (0.2, 60),
            },
        )
        if self.max_tile_px < self.min_crop_px:
            raise ValueError(f"max_tile_px: {self.max_tile_px} is less than min_crop_px ({self.min_crop_px})")


@dataclass(frozen=True, slots=True)
class LookPlan:
    """Crops in order of importance, in whole pixels of the frame; the rest are numbers for metrics."""

    crops: tuple[BoxXyxy, ...]
    zone_crops: int = 0
    verify_crops: int = 0
    left_out: int = 0


class LookPlanner:
    """Remembers when each watched tile and each track was last shown, for frames of one size."""

    def __init__(self, params: LookParams, zones: Sequence[Zone], frame_size_px: tuple[int, int]) -> None:
        self._params = params
        self._frame_size_px = frame_size_px
        scale = np.asarray(frame_size_px, dtype=np.float32)
        self._ignored = [
            np.asarray(zone.polygon, dtype=np.float32) * scale
            for zone in zones
            if zone.kind is ZoneKind.IGNORE
        ]
        self._tile_shown_at: dict[BoxXyxy, datetime | None] = dict.fromkeys(
            tile
            for zone in zones
            if zone.kind in _WATCHED
            for tile in tiles_of(zone.polygon, params.min_crop_px, params.max_tile_px, frame_size_px)
        )
        self._track_shown_at: dict[int, datetime] = {}

    def choose(
        self, now: datetime, motion: Motion, tracks: Sequence[Track], look_again: Sequence[BoxXyxy]
    ) -> LookPlan:
        """Collect what is due, each only where nothing before shows it, up to the cap.

        `look_again` are boxes of things that an earlier crop has cut.
        """
        moving = [region.box_xyxy_px for region in motion.moving_regions]
        zone_crops = self._join([], self._due_tiles(now))
        active = self._join(zone_crops, self._crops_around([*look_again, *filter(self._counts, moving)]))
        crops = self._join(active, self._crops_around(self._due_tracks(now, tracks)))
        if len(crops) > 1 and max(self._frame_size_px) <= _WHOLE_FRAME_FACTOR * self._params.min_crop_px:
            whole = (0.0, 0.0, float(self._frame_size_px[0]), float(self._frame_size_px[1]))
            return LookPlan((whole,), len(zone_crops), len(crops) - len(active))
        kept = crops[: self._params.max_crops]
        return LookPlan(tuple(kept), len(zone_crops), len(crops) - len(active), len(crops) - len(kept))

    def note_shown(self, crops: Sequence[BoxXyxy], now: datetime, tracks: Sequence[Track]) -> None:
        """Remember what these crops showed, and forget tracks that are no more."""
        for tile in self._tile_shown_at:
            if any(_shows_tile(crop, tile) for crop in crops):
                self._tile_shown_at[tile] = now
        shown = {track.track_id for track in tracks if any(holds(crop, track.box_xyxy_px) for crop in crops)}
        self._track_shown_at = {
            track.track_id: now if track.track_id in shown else self._track_shown_at[track.track_id]
            for track in tracks
            if track.track_id in shown or track.track_id in self._track_shown_at
        }

    def _due_tiles(self, now: datetime) -> list[BoxXyxy]:
        """Give tiles unseen for longest first, at most half of the cap, so that motion is never starved."""
        due_at = now - timedelta(seconds=self._params.look_at_zones_every_s)
        never = [tile for tile, shown_at in self._tile_shown_at.items() if shown_at is None]
        stale = sorted(
            (shown_at, tile)
            for tile, shown_at in self._tile_shown_at.items()
            if shown_at is not None and shown_at <= due_at
        )
        return [*never, *(tile for _, tile in stale)][: max(1, self._params.max_crops // 2)]

    def _due_tracks(self, now: datetime, tracks: Sequence[Track]) -> list[BoxXyxy]:
        due_at = now - timedelta(seconds=self._params.verify_every_s)
        waiting = (track for track in tracks if track.state is not TrackState.LOST)
        return [
            track.box_xyxy_px
            for track in waiting
            if self._track_shown_at.get(track.track_id, track.last_seen_at) <= due_at
        ]

    def _crops_around(self, boxes: Sequence[BoxXyxy]) -> list[BoxXyxy]:
        scale, least_px = self._params.crop_scale, self._params.min_crop_px
        hulls = cluster(boxes, least_px / scale)
        return [square_around(hull, scale, least_px, self._frame_size_px) for hull in hulls]

    def _counts(self, box: BoxXyxy) -> bool:
        """Tell whether motion there is worth a look: not in a zone to ignore."""
        return not any(
            cv2.pointPolygonTest(zone, centre_px(box), measureDist=False) >= 0 for zone in self._ignored
        )

    @staticmethod
    def _join(crops: Sequence[BoxXyxy], more: Sequence[BoxXyxy]) -> list[BoxXyxy]:
        """Append those that no crop before holds."""
        joined = list(crops)
        for crop in more:
            if not any(holds(other, crop) for other in joined):
                joined.append(crop)
        return joined


def _shows_tile(crop: BoxXyxy, tile: BoxXyxy) -> bool:
    """A crop that is much larger shows the tile, but too small to find things in it."""
    return holds(crop, tile) and longer_side_px(crop) <= _WHOLE_FRAME_FACTOR * longer_side_px(tile)
