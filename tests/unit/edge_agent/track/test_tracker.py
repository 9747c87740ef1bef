"""The tracker on small worlds: one object, two objects, flicker, looks at parts of the picture, caps."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.track.params import TrackerParams
from edge_agent.track.tracker import Tracker
from edge_agent.types import BoxXyxy, Detection, Track, TrackState

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
SIZE_PX = (640, 480)
CAR: BoxXyxy = (100, 100, 160, 140)


def moved(box: BoxXyxy, dx: float) -> BoxXyxy:
    return box[0] + dx, box[1], box[2] + dx, box[3]


class Camera:
    """Feeds a tracker frame by frame."""

    def __init__(self, params: TrackerParams | None = None) -> None:
        self.tracker = Tracker(params or TrackerParams())

    def see(
        self, second: float, *detections: Detection, covered: Sequence[BoxXyxy] | None = None
    ) -> tuple[Track, ...]:
        return self.tracker.update(START + timedelta(seconds=second), detections, covered, SIZE_PX)

    def watch(self, start_s: float, end_s: float, fps: float, *detections: Detection) -> tuple[Track, ...]:
        tracks: tuple[Track, ...] = ()
        for number in range(round((end_s - start_s) * fps)):
            tracks = self.see(start_s + number / fps, *detections)
        return tracks


def car(box: BoxXyxy = CAR, score: float = 0.9, label: str = "car") -> Detection:
    return Detection(label, score, box)


def test_object_seen_again_and_again_keeps_its_track_and_is_confirmed() -> None:
    camera = Camera()
    (first,) = camera.see(0, car())
    tracks = camera.watch(0.2, 1, 5, car())
    assert first.state is TrackState.TENTATIVE
    assert [(track.track_id, track.state) for track in tracks] == [(first.track_id, TrackState.CONFIRMED)]


def test_moving_object_keeps_its_track_and_its_speed_is_known() -> None:
    camera = Camera()
    for number in range(25):
        tracks = camera.see(number / 5, car(moved(CAR, 12 * number)))
    (track,) = tracks
    assert track.track_id == 1
    assert track.velocity_px_s[0] == pytest.approx(60, rel=0.05)
    assert track.still_since is None


@pytest.mark.parametrize("fps", [10.0, 2.0, 0.5, 0.1])
def test_resting_object_is_still_at_any_frame_rate(fps: float) -> None:
    camera = Camera()
    (track,) = camera.watch(0, 40, fps, car())
    assert track.still_since == START


@pytest.mark.parametrize("scale", [0.15, 1.0, 4.0])
def test_stillness_depends_on_box_sizes_not_on_pixels(scale: float) -> None:
    """The same scene from far and near: one car rests, one creeps a fifth of its length a second."""

    def scaled(box: BoxXyxy) -> BoxXyxy:
        x1, y1, x2, y2 = (edge * scale for edge in box)
        return x1, y1, x2, y2

    camera = Camera()
    for number in range(30):
        tracks = camera.see(
            number / 5, car(scaled(CAR)), car(scaled(moved((100, 10, 160, 50), 2.4 * number)))
        )
    resting, creeping = sorted(tracks, key=lambda track: track.track_id)
    assert resting.still_since is not None
    assert creeping.still_since is None


def test_object_that_drives_off_is_no_longer_still() -> None:
    camera = Camera()
    camera.watch(0, 5, 5, car())
    for number in range(10):
        tracks = camera.see(5 + number / 5, car(moved(CAR, 10 * number)))
    assert tracks[0].still_since is None


def test_missed_object_is_lost_at_once_found_again_and_forgotten_after_seconds_not_frames() -> None:
    camera = Camera(TrackerParams(lost_after_s=5))
    camera.watch(0, 2, 5, car())
    (lost,) = camera.see(2)
    assert lost.state is TrackState.LOST
    (found,) = camera.see(4, car())
    assert (found.track_id, found.state) == (lost.track_id, TrackState.CONFIRMED)
    camera.see(4.2)
    assert camera.see(9.3) == ()


def test_resting_object_that_is_hidden_stays_where_it_was() -> None:
    """The last box before it is hidden is cut to half; its seeming motion must not be carried on."""
    camera = Camera()
    camera.watch(0, 5, 5, car())
    camera.see(5.0, car((130, 100, 160, 140), 0.5))
    for second in (5.2, 6.0, 8.0, 9.8):
        (lost,) = camera.see(second)
        assert lost.box_xyxy_px == pytest.approx((115, 100, 160, 140), abs=16)
    assert lost.still_since is not None


def test_place_where_the_detector_did_not_look_is_not_missed() -> None:
    camera = Camera()
    camera.watch(0, 2, 5, car())
    for second in (10, 20, 30):
        (track,) = camera.see(second, covered=[(300, 300, 500, 480)])
        assert track.state is TrackState.CONFIRMED
    (missed,) = camera.see(31, covered=[(0, 0, 300, 300)])
    assert missed.state is TrackState.LOST


def test_object_that_left_the_picture_is_lost_though_no_look_can_reach_there() -> None:
    """A walker goes out at the left; afterwards the detector looks at other places alone."""
    camera = Camera()
    for number in range(10):
        camera.see(number / 5, car(moved((200, 100, 240, 200), -20 * number), label="person"))
    elsewhere = [(300.0, 300.0, 500.0, 480.0)]
    (track,) = camera.see(3, covered=elsewhere)
    assert track.state is TrackState.LOST
    assert camera.see(9, covered=elsewhere) == ()


def test_object_cut_by_the_border_is_missed_where_all_that_could_be_seen_of_it_was_shown() -> None:
    camera = Camera()
    for number in range(10):
        camera.see(number / 5, car(moved((154, 100, 254, 200), -20 * number), label="person"))
    (cut,) = camera.see(2.0, covered=[(0.0, 0.0, 300.0, 300.0)])
    assert cut.state is TrackState.LOST


def test_resting_object_that_no_look_visits_keeps_place_and_size() -> None:
    """Its last boxes shrank and rose a little, as a detector draws them; that must not go on unseen."""
    camera = Camera()
    for number in range(25):
        camera.see(number / 5, car())
    for number in range(4):
        camera.see(5 + number / 5, car((100, 100 - number, 160, 140 - 2.0 * number)))
    (track,) = camera.see(15, covered=[])
    assert track.box_xyxy_px == pytest.approx(CAR, abs=8)


def test_track_that_nobody_looks_at_expires_and_is_counted() -> None:
    camera = Camera(TrackerParams(max_unseen_s=60))
    camera.watch(0, 2, 5, car())
    assert camera.see(70, covered=[]) == ()
    assert camera.tracker.expired == 1


def test_cap_on_tracks_refuses_more_and_counts_them() -> None:
    camera = Camera(TrackerParams(max_tracks=3))
    crowd = [car(moved((0, 0, 20, 20), 40 * place)) for place in range(5)]
    assert len(camera.see(0, *crowd)) == 3
    assert camera.tracker.refused == 2


def test_label_that_flips_between_car_and_large_vehicle_stays_one_track_with_the_likelier_label() -> None:
    camera = Camera()
    for number in range(30):
        label = "car" if number % 3 else "large_vehicle"
        tracks = camera.see(number / 5, car(label=label))
    assert [(track.track_id, track.label) for track in tracks] == [(1, "car")]


def test_person_in_front_of_a_car_is_another_track() -> None:
    camera = Camera()
    tracks = camera.watch(0, 2, 5, car(), Detection("person", 0.8, (110, 98, 150, 142)))
    assert {track.label for track in tracks} == {"car", "person"}


def test_doubtful_detection_continues_a_track_but_begins_none() -> None:
    camera = Camera()
    assert camera.see(0, car(score=0.2)) == ()
    camera.watch(0.2, 2, 5, car())
    tracks = camera.watch(2, 10, 5, car(score=0.2))
    assert [track.state for track in tracks] == [TrackState.CONFIRMED]


def test_two_boxes_on_one_object_are_one_track() -> None:
    camera = Camera()
    tracks = camera.watch(0, 3, 5, car(), car((102, 102, 164, 142), 0.6, "large_vehicle"))
    assert len(tracks) == 1


def test_two_objects_that_pass_each_other_keep_their_tracks() -> None:
    camera = Camera()
    upper, lower = (0.0, 100.0, 60.0, 140.0), (300.0, 160.0, 360.0, 200.0)
    for number in range(40):
        tracks = camera.see(number / 5, car(moved(upper, 8 * number)), car(moved(lower, -8 * number)))
    right, left = sorted(tracks, key=lambda track: track.track_id)
    assert right.velocity_px_s[0] > 0 > left.velocity_px_s[0]


def test_box_of_a_track_lies_in_the_picture() -> None:
    camera = Camera()
    for number in range(10):
        for track in camera.see(number / 5, car((600 + 4 * number, 100, 660 + 4 * number, 140))):
            x1, _, x2, _ = track.box_xyxy_px
            assert 0 <= x1 < x2 <= SIZE_PX[0]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"max_tracks": 0}, "max_tracks: 0 must be greater than 0"),
        ({"min_overlap": 1.5}, "min_overlap: 1.5 is not in"),
        ({"match_score": 0.9}, "match_score: 0.9 is above high_score"),
        ({"moving_tolerance": 0.01}, "moving_tolerance: 0.01 is below still_tolerance"),
    ],
)
def test_settings_out_of_range_are_refused(setting: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrackerParams(**setting)  # type: ignore[arg-type]
