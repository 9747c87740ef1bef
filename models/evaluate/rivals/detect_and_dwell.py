"""Rival (a): the detector on every frame, and an alarm for what stays for a fixed time.

The form of most published systems for dumped garbage and parked cars: detector, tracker, time in a zone (N.
Pathak et al., Smart Cities 2024, 7(4), 88, section 3: YOLO and a tracker; PaddleDetection's PP-Vehicle,
document "illegal parking": a vehicle whose centre is in the region and that has not moved for the set time).
Chosen by itself: boxes are joined by overlap (`iou_tracks`), garbage stands at its lower edge and not in a
bin zone, a vehicle where the centre of its box is; the dwell is the camera's own.
"""

from edge_agent.boxes import centre_px
from edge_agent.config.camera import CameraSettings
from edge_agent.ports import Detector
from models.evaluate.rivals.dwell import DwellWatcher
from models.evaluate.rivals.iou_tracks import IouTrack
from models.evaluate.rivals.posts import Post, Posts
from models.evaluate.systems import Watcher
from wire_contract.vocabulary import EventKind

GARBAGE = frozenset({"garbage", "overflow", "bag"})
VEHICLES = frozenset({"car", "large_vehicle", "two_wheeler"})


class DetectAndDwell:
    """Finds what its detector knows by name."""

    name = "detect_and_dwell"
    kinds = frozenset({EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE})

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def watch(self, settings: CameraSettings) -> Watcher:
        """Begin to watch a camera."""
        return DwellWatcher(self.name, settings, self._detector, zone_of)


def zone_of(posts: Posts, track: IouTrack) -> Post | None:
    """Give the zone in which garbage lies or a vehicle stands."""
    if track.label in GARBAGE:
        post = posts.at_foot_of(track.box)
        return post if post is not None and post.kind is EventKind.GARBAGE_DROP else None
    if track.label in VEHICLES:
        lanes = (post for post in posts.posts if post.kind is EventKind.BLOCKED_FIRE_LANE)
        return next((lane for lane in lanes if lane.holds(centre_px(track.box))), None)
    return None
