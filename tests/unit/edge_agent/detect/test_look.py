"""Where the detector looks, told as an hour at a gate: motion, quiet zones, parked cars, crowds."""

from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.boxes import covered_fraction
from edge_agent.detect import Looker, LookParams, NoDetector
from edge_agent.detect.crops import cluster, square_around, tiles_of
from edge_agent.detect.merge import merge_crops
from edge_agent.types import (
    BoxXyxy,
    Detection,
    Frame,
    Image,
    Motion,
    MovingRegion,
    Track,
    TrackState,
    Zone,
    ZoneKind,
)
from tests.footage import START, frame_at

QUIET = Motion((), is_global_change=False, changed_fraction=0.0)
SIZE = (1920, 1080)


@cache
def place_map(size: tuple[int, int]) -> Image:
    """Give a picture whose every pixel tells its own place, so that a crop tells where it was cut."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return np.dstack((x & 255, y & 255, (x >> 8) | ((y >> 8) << 4))).astype(np.uint8)


def mapped_frame(seconds: float, size: tuple[int, int] = SIZE) -> Frame:
    return frame_at(seconds, place_map(size))


class KnowingDetector:
    """A Detector that knows what stands where and remembers the crops that it was shown."""

    model = None
    labels = ("car", "person")

    def __init__(self, *things: tuple[str, BoxXyxy]) -> None:
        self.things = things
        self.shown: list[BoxXyxy] = []

    def detect(self, crop):
        low_x, low_y, high = (int(value) for value in crop[0, 0])
        x, y = low_x | ((high & 15) << 8), low_y | ((high >> 4) << 8)
        place = (float(x), float(y), float(x + crop.shape[1]), float(y + crop.shape[0]))
        self.shown.append(place)
        return [
            Detection(label, 0.8, part_in(box, place))
            for label, box in self.things
            if covered_fraction(box, place) > 0.2
        ]


def part_in(box, place):
    x1, y1, x2, y2 = (
        max(box[0], place[0]),
        max(box[1], place[1]),
        min(box[2], place[2]),
        min(box[3], place[3]),
    )
    return x1 - place[0], y1 - place[1], x2 - place[0], y2 - place[1]


def moving(*boxes: BoxXyxy) -> Motion:
    return Motion(tuple(MovingRegion(box) for box in boxes), is_global_change=False, changed_fraction=0.1)


def zone(kind: ZoneKind, left: float, top: float, right: float, bottom: float) -> Zone:
    return Zone(kind.value, kind, ((left, top), (right, top), (right, bottom), (left, bottom)))


def parked(
    track_id: int, box: BoxXyxy, seen_s: float = 0.0, state: TrackState = TrackState.CONFIRMED
) -> Track:
    seen_at = START + timedelta(seconds=seen_s)
    return Track(track_id, "car", state, 0.8, box, (0.0, 0.0), START, seen_at, START)


def test_an_empty_street_without_zones_costs_nothing():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(), [])
    look = looker.look(mapped_frame(0), QUIET, ())
    assert detector.shown == []
    assert not look.detector_ran
    assert look.covered == ()


def test_what_moves_is_looked_at_with_room_around_it():
    walker = (900.0, 500.0, 960.0, 640.0)
    detector = KnowingDetector(("person", walker))
    look = Looker(detector, LookParams(), []).look(mapped_frame(0), moving(walker), ())
    (crop,) = detector.shown
    assert crop[2] - crop[0] == crop[3] - crop[1] == 416
    assert covered_fraction(walker, crop) == 1.0
    assert look.covered == (crop,)
    assert look.detector_ran
    assert [found.box_xyxy_px for found in look.detections] == [walker]


def test_things_close_together_share_a_crop_and_things_apart_do_not():
    pair = ((100.0, 100.0, 150.0, 200.0), (220.0, 110.0, 260.0, 210.0))
    detector = KnowingDetector()
    Looker(detector, LookParams(), []).look(
        mapped_frame(0), moving(*pair, (1500.0, 700.0, 1600.0, 800.0)), ()
    )
    assert len(detector.shown) == 2


def test_a_watched_zone_is_looked_at_although_nothing_moves():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(), [zone(ZoneKind.DROP_ZONE, 0.4, 0.4, 0.6, 0.6)])
    looked_s = [
        number / 5 for number in range(150) if looker.look(mapped_frame(number / 5), QUIET, ()).detector_ran
    ]
    assert looked_s[0] == 0.0  # what stood there before the start is found
    gaps = np.diff([*looked_s, 30.0])
    assert gaps.max() <= 10.0
    assert len(looked_s) <= 5
    assert looker.counts.zone_crops == len(looked_s)


@pytest.mark.parametrize("kind", [ZoneKind.BIN, ZoneKind.STRUCTURE_WATCH, ZoneKind.IGNORE])
def test_zones_in_which_the_detector_has_no_task_are_not_looked_at(kind):
    detector = KnowingDetector()
    Looker(detector, LookParams(), [zone(kind, 0.1, 0.1, 0.9, 0.9)]).look(mapped_frame(0), QUIET, ())
    assert detector.shown == []


def test_a_long_lane_is_looked_at_in_tiles_that_together_show_all_of_it():
    detector = KnowingDetector()
    lane = zone(ZoneKind.FIRE_LANE, 0.02, 0.6, 0.98, 0.8)
    looker = Looker(detector, LookParams(max_crops=2), [lane])
    for number in range(10):
        looker.look(mapped_frame(number / 5), QUIET, ())
    assert len(detector.shown) == len(set(detector.shown)) >= 3
    for x in np.arange(0.03, 0.98, 0.01) * SIZE[0]:
        assert any(left <= x <= right for left, _, right, _ in detector.shown)
    assert all(right - left <= 832 for left, _, right, _ in detector.shown)


def test_a_busy_spot_elsewhere_does_not_starve_the_zones():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(max_crops=2), [zone(ZoneKind.FIRE_LANE, 0.0, 0.9, 0.1, 1.0)])
    crowd = [(200.0 * column, 60.0, 200.0 * column + 90, 150.0) for column in range(9)]
    in_zone_s = []
    for number in range(100):
        before = len(detector.shown)
        looker.look(mapped_frame(number / 5), moving(*crowd), ())
        assert len(detector.shown) - before <= 2
        if any(crop[0] == 0 and crop[3] == SIZE[1] for crop in detector.shown[before:]):
            in_zone_s.append(number / 5)
    assert np.diff([0.0, *in_zone_s, 20.0]).max() <= 10.0
    assert looker.counts.crops_left_out > 0


def test_zones_that_are_all_due_at_the_start_do_not_starve_motion():
    walker = (900.0, 100.0, 960.0, 240.0)
    detector = KnowingDetector(("person", walker))
    lane = zone(ZoneKind.FIRE_LANE, 0.0, 0.6, 1.0, 1.0)
    look = Looker(detector, LookParams(max_crops=2, max_tile_px=450), [lane]).look(
        mapped_frame(0), moving(walker), ()
    )
    assert [found.label for found in look.detections] == ["person"]


def test_two_crops_that_disagree_a_little_give_one_box_and_the_better_one():
    left, right = (0.0, 0.0, 400.0, 400.0), (200.0, 0.0, 600.0, 400.0)
    merged = merge_crops(
        [
            (left, [Detection("car", 0.6, (250.0, 100.0, 330.0, 150.0))]),
            (
                right,
                [
                    Detection("car", 0.8, (60.0, 105.0, 140.0, 155.0)),
                    Detection("person", 0.5, (60, 105, 140, 155)),
                ],
            ),
        ],
        (600, 400),
    )
    assert [(found.label, found.box_xyxy_px) for found in merged.detections] == [
        ("car", (260.0, 105.0, 340.0, 155.0)),
        ("person", (260.0, 105.0, 340.0, 155.0)),
    ]


def test_motion_in_a_zone_to_ignore_is_ignored():
    tree = zone(ZoneKind.IGNORE, 0.0, 0.0, 0.3, 1.0)
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(), [tree])
    looker.look(mapped_frame(0), moving((100.0, 100.0, 300.0, 300.0)), ())
    assert detector.shown == []
    looker.look(mapped_frame(1), moving((900.0, 100.0, 990.0, 300.0)), ())
    assert len(detector.shown) == 1


def test_a_parked_car_is_looked_at_again_from_time_to_time():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(verify_every_s=3.0), [])
    car = parked(1, (300.0, 300.0, 500.0, 400.0))
    looked_s = [
        number / 5
        for number in range(76)
        if looker.look(mapped_frame(number / 5), QUIET, (car,)).detector_ran
    ]
    assert looked_s == [3.0, 6.0, 9.0, 12.0, 15.0]
    assert looker.counts.verify_crops == 5


def test_many_parked_cars_are_looked_at_in_turn_and_none_is_forgotten():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(max_crops=2, verify_every_s=2.0), [])
    cars = [parked(number, (30.0 + 450 * number, 600.0, 200.0 + 450 * number, 700.0)) for number in range(4)]
    for number in range(11, 31):
        looker.look(mapped_frame(number / 5), QUIET, cars)
    for car in cars:
        assert any(covered_fraction(car.box_xyxy_px, crop) == 1.0 for crop in detector.shown)


def test_a_lost_track_is_not_looked_for():
    detector = KnowingDetector()
    gone = parked(1, (300.0, 300.0, 500.0, 400.0), state=TrackState.LOST)
    Looker(detector, LookParams(), []).look(mapped_frame(60), QUIET, (gone,))
    assert detector.shown == []


def test_a_car_cut_by_the_crop_is_not_believed_but_looked_at_whole_next_time():
    car = (700.0, 400.0, 1000.0, 560.0)
    detector = KnowingDetector(("car", car))
    looker = Looker(detector, LookParams(), [])
    wheel = (620.0, 440.0, 720.0, 540.0)  # only its front corner was seen to move
    first = looker.look(mapped_frame(0), moving(wheel), ())
    assert first.detections == ()
    assert covered_fraction(car, first.covered[0]) < 0.9  # so that nobody takes it for gone
    found: tuple[Detection, ...] = ()
    for number in range(1, 4):
        found = found or looker.look(mapped_frame(number / 5), QUIET, ()).detections
    assert [detection.box_xyxy_px for detection in found] == [car]


def test_a_known_car_that_a_crop_cuts_is_not_looked_at_each_time():
    car = (700.0, 400.0, 1000.0, 560.0)
    detector = KnowingDetector(("car", car))
    looker = Looker(detector, LookParams(), [])
    looker.look(mapped_frame(0), moving((620.0, 440.0, 720.0, 540.0)), (parked(1, car),))
    assert not looker.look(mapped_frame(0.2), QUIET, (parked(1, car),)).detector_ran


def test_a_box_at_the_edge_of_the_frame_itself_is_whole():
    car = (0.0, 300.0, 150.0, 420.0)
    look = Looker(KnowingDetector(("car", car)), LookParams(), []).look(mapped_frame(0), moving(car), ())
    assert [found.box_xyxy_px for found in look.detections] == [car]


def test_a_thing_seen_in_two_crops_is_one_thing():
    car = (500.0, 500.0, 560.0, 540.0)
    looker = Looker(
        KnowingDetector(("car", car)), LookParams(), [zone(ZoneKind.DROP_ZONE, 0.25, 0.45, 0.3, 0.55)]
    )
    look = looker.look(
        mapped_frame(0), moving((380.0, 480.0, 440.0, 560.0), (640.0, 400.0, 760.0, 600.0)), ()
    )
    assert len(look.covered) > 1
    assert len(look.detections) == 1


def test_a_small_frame_is_looked_at_once_as_a_whole():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(), [])
    looker.look(
        mapped_frame(0, (640, 480)), moving((10.0, 10.0, 40.0, 90.0), (590.0, 400.0, 630.0, 470.0)), ()
    )
    assert detector.shown == [(0.0, 0.0, 640.0, 480.0)]


def test_without_a_model_nothing_is_looked_at_and_nothing_counts_as_absent():
    look = Looker(NoDetector(), LookParams(), []).look(mapped_frame(0), moving((0.0, 0.0, 90.0, 90.0)), ())
    assert not look.detector_ran
    assert look.covered == ()


def test_a_camera_that_changes_its_frame_size_has_its_zones_laid_anew():
    detector = KnowingDetector()
    looker = Looker(detector, LookParams(), [zone(ZoneKind.DROP_ZONE, 0.5, 0.5, 0.9, 0.9)])
    looker.look(mapped_frame(0), QUIET, ())
    looker.look(mapped_frame(0.2, (320, 240)), QUIET, ())
    assert detector.shown[-1] == (0.0, 0.0, 320.0, 240.0)


@pytest.mark.parametrize(
    "faulty",
    [
        {"max_crops": 0},
        {"crop_scale": 0.5},
        {"look_at_zones_every_s": 11},  # the design promises ten seconds
        {"min_crop_px": 900},  # more than max_tile_px
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        LookParams(**faulty)


sides = st.floats(1, 1500)
boxes = st.builds(
    lambda x, y, w, h: (x, y, min(x + w, 1920.0), min(y + h, 1080.0)),
    st.floats(0, 1918),
    st.floats(0, 1078),
    sides,
    sides,
)


@given(boxes, st.floats(1, 4))
def test_a_crop_lies_in_the_frame_and_holds_what_it_was_made_for(box, scale):
    crop = square_around(box, scale, 416, SIZE)
    assert 0 <= crop[0] < crop[2] <= SIZE[0]
    assert 0 <= crop[1] < crop[3] <= SIZE[1]
    assert all(value == int(value) for value in crop)
    assert covered_fraction(box, crop) > 0.99
    assert min(crop[2] - crop[0], crop[3] - crop[1]) >= 416


@given(st.lists(boxes, max_size=12))
def test_every_moving_box_lies_in_some_hull(moved):
    hulls = cluster(moved, 300.0)
    assert len(hulls) <= len(moved)
    for box in moved:
        assert any(covered_fraction(box, hull) > 0.999 for hull in hulls)


@given(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.02, 1), st.floats(0.02, 1))
def test_tiles_show_the_whole_zone(x, y, width, height):
    right, bottom = min(1.0, x + width), min(1.0, y + height)
    tiles = tiles_of(((x, y), (right, y), (right, bottom), (x, bottom)), 416, 832, SIZE)
    for point_x in np.linspace(x, right, 13) * SIZE[0]:
        for point_y in np.linspace(y, bottom, 13) * SIZE[1]:
            assert any(
                left - 1 <= point_x <= right_px + 1 and top - 1 <= point_y <= bottom_px + 1
                for left, top, right_px, bottom_px in tiles
            )
