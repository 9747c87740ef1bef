"""Rival (c): the rule of pixel overlap for parking: a vehicle's box that covers the lane stays too long.

The rule of no-parking zones in surveillance products and papers (X. Xie et al., Real-Time Illegal Parking
Detection System Based on Deep Learning, arXiv 1710.02546, section 3: detected vehicles, the overlap of their
boxes with the marked region, a timer). No metres: what is left free beside the vehicle is not asked. Chosen
by itself: a quarter of the box in the lane is enough, because a box seen from a lamp post stands up out of
the ground that it occupies; boxes are joined by overlap; the dwell is the camera's own.
"""

from edge_agent.config.camera import CameraSettings
from edge_agent.ports import Detector
from models.evaluate.rivals.detect_and_dwell import VEHICLES
from models.evaluate.rivals.dwell import DwellWatcher
from models.evaluate.rivals.iou_tracks import IouTrack
from models.evaluate.rivals.posts import Post, Posts
from models.evaluate.systems import Watcher
from wire_contract.vocabulary import EventKind

MIN_OVERLAP = 0.25


class ParkingOverlap:
    """Finds vehicles in lanes."""

    name = "parking_overlap"
    kinds = frozenset({EventKind.BLOCKED_FIRE_LANE})

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def watch(self, settings: CameraSettings) -> Watcher:
        """Begin to watch a camera."""
        return DwellWatcher(self.name, settings, self._detector, zone_of)


def zone_of(posts: Posts, track: IouTrack) -> Post | None:
    """Give the lane that the vehicle covers."""
    if track.label not in VEHICLES:
        return None
    lanes = (post for post in posts.posts if post.kind is EventKind.BLOCKED_FIRE_LANE)
    return next((lane for lane in lanes if lane.covered_part(track.box) >= MIN_OVERLAP), None)
