"""What two rivals share: the detector on every frame, boxes joined by overlap, an alarm after the dwell."""

from collections.abc import Callable, Sequence

from edge_agent.config.camera import CameraSettings
from edge_agent.pipeline import frame_size_px
from edge_agent.ports import Detector
from edge_agent.types import Frame
from models.evaluate.rivals.alarms import Alarms
from models.evaluate.rivals.iou_tracks import IouTrack, IouTracks
from models.evaluate.rivals.posts import Post, Posts, posts_of
from wire_contract.messages import EventMessage

ZoneOf = Callable[[Posts, IouTrack], Post | None]
"""The rule that tells in which zone, if any, a thing stands."""


class DwellWatcher:
    """One camera: an alarm for each thing that rests in a zone for longer than the zone's dwell."""

    def __init__(self, rival: str, settings: CameraSettings, detector: Detector, zone_of: ZoneOf) -> None:
        self._rival = rival
        self._settings = settings
        self._detector = detector
        self._zone_of = zone_of
        self._tracks = IouTracks()
        self._posts: Posts | None = None
        self._alarms: Alarms | None = None

    def step(self, frame: Frame) -> None:
        """Detect, join, and report what has stayed too long."""
        size_px = frame_size_px(frame)
        self._posts = self._posts or posts_of(self._settings, size_px)
        self._alarms = self._alarms or Alarms(self._rival, self._settings, size_px)
        for track in self._tracks.update(self._detector.detect(frame.image), frame.captured_at):
            post = self._zone_of(self._posts, track)
            rested_s = (frame.captured_at - track.rest_since).total_seconds()
            if post is not None and rested_s >= post.dwell_s and not track.is_reported:
                track.is_reported = True
                self._alarms.raise_alarm(frame, post, track.box, track.rest_since, track.label)

    def messages(self) -> Sequence[EventMessage]:
        """Give what was reported."""
        return [] if self._alarms is None else self._alarms.messages
