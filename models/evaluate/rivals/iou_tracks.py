"""Boxes joined over time by their overlap alone, as many shipped programs do it.

Source: E. Bochinski, V. Eiselein, T. Sikora, High-Speed Tracking-by-Detection Without Using Image
Information, AVSS 2017, with the bridging of gaps that the authors added in their V-IOU (AVSS 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge_agent.boxes import iou
from edge_agent.types import BoxXyxy, Detection

MIN_IOU = 0.3
"""Least overlap of a box with the one before; the authors use 0.3 to 0.5."""
REST_IOU = 0.5
"""A thing rests while it overlaps the place at which it came to rest by this much."""
MAX_GAP = timedelta(seconds=2)
"""A thing unseen for longer is given up."""


@dataclass(slots=True)
class IouTrack:
    """One thing. `rest_since` is when it came to the place where it is."""

    label: str
    box: BoxXyxy
    last_at: datetime
    rest_box: BoxXyxy
    rest_since: datetime
    is_reported: bool = False

    def follow(self, detection: Detection, at: datetime) -> None:
        """Take in where the thing is now."""
        self.box, self.last_at = detection.box_xyxy_px, at
        if iou(self.box, self.rest_box) < REST_IOU:
            self.rest_box, self.rest_since = self.box, at


class IouTracks:
    """All things of one camera."""

    def __init__(self) -> None:
        self._tracks: list[IouTrack] = []

    def update(self, detections: Sequence[Detection], at: datetime) -> list[IouTrack]:
        """Take in one frame; gives the things that it shows."""
        self._tracks = [track for track in self._tracks if at - track.last_at <= MAX_GAP]
        pairs = sorted(
            (
                (iou(track.box, detection.box_xyxy_px), number, index)
                for number, track in enumerate(self._tracks)
                for index, detection in enumerate(detections)
                if track.label == detection.label
            ),
            reverse=True,
        )
        taken: set[int] = set()
        seen: dict[int, IouTrack] = {}
        for shared, number, index in pairs:
            if shared >= MIN_IOU and number not in seen and index not in taken:
                self._tracks[number].follow(detections[index], at)
                seen[number] = self._tracks[number]
                taken.add(index)
        new = [
            IouTrack(each.label, each.box_xyxy_px, at, each.box_xyxy_px, at)
            for index, each in enumerate(detections)
            if index not in taken
        ]
        self._tracks += new
        return [*seen.values(), *new]
