"""Stories of a drop zone: who brings a thing, who stays with it, what comes of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge_agent.rules.garbage_drop import GarbageDropParams
from edge_agent.types import BoxXyxy, Event, Zone, ZoneKind
from tests.drop_story import (
    AWAY,
    BAG,
    BESIDE,
    SIZE_PX,
    WHOLE_PICTURE,
    Forecourt,
    Region,
    Seen,
    Stir,
    at,
    seconds,
)
from tests.fakes.ground import FlatGround
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

BEARER = Seen(BESIDE, since_s=2.0, until_s=8.0)
"""Comes with the bag at 5 s and is gone at 8 s."""


def opened(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.phase is EventPhase.OPENED]


def closed(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.phase is EventPhase.CLOSED]


def test_bag_whose_bearer_left_alarms_after_the_dwell() -> None:
    (event,) = Forecourt([BEARER, Region()]).watch(60)
    assert event.kind is EventKind.GARBAGE_DROP
    assert event.zone_id == "forecourt"
    assert event.started_at == at(5)
    assert seconds(event.raised_at) == pytest.approx(8 + 10, abs=0.5)
    assert event.attributes["bearer"] == "person"
    assert event.attributes["seen_by"] == "still_foreground"


@pytest.mark.parametrize("fps", [0.5, 1.0, 2.0, 5.0, 12.0, 25.0])
@pytest.mark.parametrize("dwell_s", [5, 10, 30])
def test_dwell_is_wall_clock_at_any_frame_rate(fps: float, dwell_s: int) -> None:
    params = GarbageDropParams(alarm_after_s=float(dwell_s))
    (event,) = Forecourt([BEARER, Region()], params).watch(80, fps=fps)
    assert dwell_s + 8 - 0.01 <= seconds(event.raised_at) + 1 / fps
    assert seconds(event.raised_at) <= 8 + dwell_s + 2 / fps + 0.1


def test_thing_that_nobody_brought_is_light_or_scenery() -> None:
    assert Forecourt([Region()]).watch(60) == []


def test_bag_that_the_detector_knows_needs_no_bearer() -> None:
    (event,) = Forecourt([Seen(BAG, 5.0, label="bag", is_still=True)]).watch(60)
    assert (event.label, event.attributes["bearer"]) == ("bag", "unseen")


def test_bag_seen_by_both_sources_is_one_event() -> None:
    both = [BEARER, Region(), Seen(BAG, 6.0, label="garbage", track_id=7, is_still=True)]
    (event,) = Forecourt(both).watch(90)
    assert (event.label, event.attributes["seen_by"]) == ("garbage", "detector+still_foreground")


def test_owner_who_stays_beside_the_bag_never_alarms() -> None:
    assert Forecourt([Seen(BESIDE, 2.0), Region()]).watch(300) == []


def test_owner_who_comes_back_to_stay_begins_the_dwell_anew() -> None:
    back = Seen(BESIDE, 15.0, 25.0, track_id=1)
    (event,) = Forecourt([BEARER, back, Region()]).watch(60)
    assert seconds(event.raised_at) == pytest.approx(35, abs=0.5)


def test_passer_by_only_halts_the_clock() -> None:
    passer = Seen(BESIDE, 12.0, 14.0, track_id=9)
    (event,) = Forecourt([BEARER, passer, Region()]).watch(60)
    assert seconds(event.raised_at) == pytest.approx(20, abs=0.5)


def test_person_far_away_does_not_attend() -> None:
    (event,) = Forecourt([BEARER, Seen(AWAY, track_id=5), Region()]).watch(60)
    assert seconds(event.raised_at) == pytest.approx(18, abs=0.5)


@pytest.mark.parametrize(
    ("distance_px", "is_attended"),
    [
        (60, True),  # 1.2 m away
        (120, False),  # 2.4 m away: further than 1.5 m and than twice the bag's 0.6 m
    ],
)
def test_with_control_points_the_distance_is_in_metres(distance_px: float, is_attended: bool) -> None:
    person: BoxXyxy = (305.0 + distance_px, 190.0, 325.0 + distance_px, 330.0)
    forecourt = Forecourt([BEARER, Seen(person, 8.0, track_id=4), Region()], ground=FlatGround(0.02))
    assert (forecourt.watch(60) == []) is is_attended


def test_person_who_stands_still_is_not_garbage() -> None:
    stander: BoxXyxy = (250.0, 190.0, 290.0, 332.0)
    things = [Seen(BESIDE, 2.0), Seen(BESIDE, 2.0, 6.0, track_id=2), Region(stander)]
    assert Forecourt(things).watch(120) == []


def test_person_whom_only_motion_sees_stirs_now_and_then_and_is_not_garbage() -> None:
    stander: BoxXyxy = (250.0, 190.0, 290.0, 332.0)
    sways = Region(stander, 5.0, still_since=lambda second: second - second % 4.0)
    assert (
        Forecourt([Stir((200.0, 180.0, 300.0, 340.0), 3.0, 5.0), sways], has_detector=False).watch(120) == []
    )


@pytest.mark.parametrize("label", ["car", "large_vehicle", "two_wheeler"])
def test_parked_vehicle_is_not_garbage(label: str) -> None:
    box: BoxXyxy = (200.0, 200.0, 290.0, 260.0)
    things = [
        Seen((150.0, 150.0, 300.0, 270.0), 2.0, 6.0),
        Seen(box, 4.0, label=label, track_id=3),
        Region(box),
    ]
    assert Forecourt(things).watch(120) == []


@pytest.mark.parametrize(
    ("bike", "alarms"),
    [
        ((301.0, 260.0, 381.0, 370.0), 1),  # seen past its rear wheel
        ((268.0, 260.0, 348.0, 370.0), 0),  # what lies on its saddle is its load
    ],
)
def test_bag_behind_an_e_bike_is_garbage_and_its_load_is_not(bike: BoxXyxy, alarms: int) -> None:
    parked = Seen(bike, label="two_wheeler", track_id=3, is_still=True)
    assert len(opened(Forecourt([BEARER, parked, Region()]).watch(60))) == alarms


def test_bag_on_the_ground_before_a_parked_car_is_garbage() -> None:
    car = Seen((280.0, 220.0, 400.0, 325.0), label="car", track_id=3, is_still=True)
    assert len(opened(Forecourt([BEARER, car, Region()]).watch(60))) == 1


def test_bin_that_was_moved_or_opened_is_no_garbage() -> None:
    """The region that its shift leaves is somewhat larger than the bin."""
    moved = Seen((290.0, 250.0, 330.0, 332.0), 5.0, label="garbage_bin", track_id=4, is_still=True)
    assert Forecourt([BEARER, moved, Region((284.0, 246.0, 336.0, 334.0))]).watch(120) == []
    lid = Region((292.0, 246.0, 328.0, 262.0))
    assert Forecourt([BEARER, moved, lid]).watch(120) == []


def test_bag_beside_a_bin_is_garbage() -> None:
    bin_beside = Seen((334.0, 250.0, 374.0, 328.0), label="garbage_bin", track_id=4, is_still=True)
    assert len(opened(Forecourt([BEARER, bin_beside, Region()]).watch(60))) == 1


def test_bag_on_the_ground_before_a_bin_is_garbage() -> None:
    behind = Seen((290.0, 240.0, 332.0, 318.0), label="garbage_bin", track_id=4, is_still=True)
    assert len(opened(Forecourt([BEARER, behind, Region()]).watch(60))) == 1


def test_garbage_on_an_overflowing_bin_is_not_on_the_ground() -> None:
    heap = Seen(BAG, 1.0, label="garbage", track_id=3, is_still=True, score=0.9)
    overflow = Seen((280.0, 280.0, 350.0, 380.0), label="overflow", track_id=4, is_still=True)
    assert Forecourt([heap, overflow]).watch(120) == []
    beside = Seen((280.0, 240.0, 350.0, 335.0), label="overflow", track_id=4, is_still=True)
    assert len(opened(Forecourt([heap, beside]).watch(120))) == 1


@pytest.mark.parametrize(("score", "alarms"), [(0.5, 0), (0.7, 1)])
def test_what_lay_there_before_must_be_surely_garbage(score: float, alarms: int) -> None:
    heap = Seen(BAG, 0.0, label="garbage", track_id=3, is_still=True, score=score)
    assert len(opened(Forecourt([heap]).watch(120))) == alarms


def test_car_that_only_motion_sees_brought_itself() -> None:
    car: BoxXyxy = (200.0, 200.0, 320.0, 270.0)
    driver = Stir((310.0, 190.0, 330.0, 260.0), 12.0, 14.0)
    things = [Stir((190.0, 195.0, 330.0, 275.0), 2.0, 5.0), driver, Region(car)]
    assert Forecourt(things, has_detector=False).watch(120) == []


def test_without_a_detector_the_bearer_is_what_stirred_there() -> None:
    things = [Stir(BESIDE, 3.0, 8.0), Region()]
    (event,) = Forecourt(things, has_detector=False).watch(60)
    assert event.attributes["bearer"] == "moving"
    assert seconds(event.raised_at) == pytest.approx(18, abs=0.5)


def test_who_begins_to_stir_beside_the_bag_had_stood_there() -> None:
    things = [Stir(BESIDE, 3.0, 6.0), Stir(BESIDE, 13.0, 14.0), Region()]
    (event,) = Forecourt(things, has_detector=False).watch(60)
    assert seconds(event.raised_at) == pytest.approx(24, abs=0.5)


BIN = Zone("bin", ZoneKind.BIN, ((0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.4, 0.8)))
ELSEWHERE = Zone("lawn", ZoneKind.DROP_ZONE, ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2)))
IGNORED = Zone("display", ZoneKind.IGNORE, ((0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.4, 0.8)))


@pytest.mark.parametrize(
    ("zones", "alarms"),
    [
        (WHOLE_PICTURE, 1),
        ((*WHOLE_PICTURE, BIN), 0),  # in the bin, where garbage may be put
        ((ELSEWHERE,), 0),  # outside the drop zone
        ((*WHOLE_PICTURE, IGNORED), 0),
        ((), 0),  # nothing to watch
    ],
)
def test_only_drop_zones_outside_bins_are_watched(zones: Sequence[Zone], alarms: int) -> None:
    assert len(Forecourt([BEARER, Region()], zones=zones).watch(60)) == alarms


def test_bag_hidden_by_passers_by_stays_one_event() -> None:
    hidden = [(30.0, 36.0), (50.0, 58.0)]
    passers = [
        Seen((240.0, 150.0, 390.0, 400.0), start, end, track_id=20 + number)
        for number, (start, end) in enumerate(hidden)
    ]
    assert len(Forecourt([BEARER, *passers, Region(hidden=hidden)]).watch(120)) == 1


def test_bag_that_topples_stays_one_event() -> None:
    def toppling(second: float) -> BoxXyxy:
        return BAG if second < 30 else (308.0, 312.0, 346.0, 336.0)

    assert len(Forecourt([BEARER, Region(toppling)]).watch(120)) == 1


def test_bag_and_people_around_it_are_told_apart_when_they_leave() -> None:
    def huddle(second: float) -> BoxXyxy:
        return (240.0, 180.0, 340.0, 335.0) if second < 20 else BAG

    (event,) = Forecourt([Seen(BESIDE, 2.0, 20.0), Region(huddle)]).watch(60)
    assert event.box_xyxy_px == pytest.approx(BAG, abs=2)
    assert seconds(event.raised_at) == pytest.approx(30, abs=1)


def test_two_bags_are_two_events() -> None:
    other: BoxXyxy = (360.0, 300.0, 390.0, 330.0)
    assert len(opened(Forecourt([BEARER, Region(), Region(other)]).watch(60))) == 2


BESIDE_THE_BAG: BoxXyxy = (334.0, 304.0, 360.0, 334.0)
BEHIND_THE_BAG: BoxXyxy = (305.0, 272.0, 327.0, 298.0)
"""In the picture next to it; on the ground more than a bag's depth behind it."""


def test_bag_put_beside_one_that_was_reported_is_the_same_heap() -> None:
    second = Seen(BESIDE, since_s=38.0, until_s=44.0, track_id=2)
    events = Forecourt([BEARER, Region(), second, Region(BESIDE_THE_BAG, since_s=40.0)]).watch(120)
    assert len(opened(events)) == 1


def test_bag_that_touches_only_the_second_one_is_of_the_heap_too() -> None:
    third = Seen((364.0, 304.0, 394.0, 334.0), 50.0, label="garbage", track_id=8, is_still=True)
    things = [BEARER, Region(), Region(BESIDE_THE_BAG, since_s=30.0), third]
    assert len(opened(Forecourt(things).watch(120))) == 1
    assert len(opened(Forecourt([BEARER, Region(), third]).watch(120))) == 2, "by itself it is another thing"


def test_what_is_left_of_a_heap_is_reported_when_the_reported_bag_is_taken_away() -> None:
    heap = [BEARER, Region(until_s=60.0), Region(BESIDE_THE_BAG)]
    first, second = opened(Forecourt(heap).watch(140))
    assert seconds(first.raised_at) == pytest.approx(18, abs=1)
    assert second.box_xyxy_px == pytest.approx(BESIDE_THE_BAG, abs=1)
    assert seconds(second.raised_at) > 60


def test_bag_behind_a_reported_one_is_a_thing_of_its_own() -> None:
    assert len(opened(Forecourt([BEARER, Region(), Region(BEHIND_THE_BAG)]).watch(60))) == 2


def test_bag_that_is_taken_before_the_alarm_raises_nothing() -> None:
    assert Forecourt([BEARER, Region(until_s=12.0)]).watch(120) == []


def test_event_closes_when_the_bag_has_gone() -> None:
    collector = Seen(BESIDE, 38.0, 44.0, track_id=8)
    events = Forecourt([BEARER, collector, Region(until_s=40.0)]).watch(120)
    (end,) = closed(events)
    assert end.event_id == opened(events)[0].event_id
    assert (end.attributes["cause"], end.sequence) == ("removed", 1)
    assert end.closed_at is not None
    assert seconds(end.closed_at) == pytest.approx(44, abs=5)


def test_bag_fetched_by_its_bearer_is_reclaimed() -> None:
    returns = Seen(BESIDE, 38.0, 41.0, track_id=1)
    (end,) = closed(Forecourt([BEARER, returns, Region(until_s=40.0)]).watch(120))
    assert end.attributes["cause"] == "reclaimed"


def test_event_and_clock_outlive_a_restart() -> None:
    forecourt = Forecourt([BEARER, Region()])
    assert forecourt.watch(14) == []
    state = forecourt.rule.snapshot()
    forecourt.rule = forecourt.new_rule()
    forecourt.rule.restore(state)
    (event,) = forecourt.watch(30, from_s=15)
    assert seconds(event.raised_at) == pytest.approx(18, abs=1)
    state = forecourt.rule.snapshot()
    forecourt.rule = forecourt.new_rule()
    forecourt.rule.restore(state)
    assert forecourt.watch(90, from_s=31) == []


def test_footage_replayed_after_a_restart_raises_nothing_twice() -> None:
    forecourt = Forecourt([BEARER, Region()])
    assert len(forecourt.watch(40)) == 1
    state = forecourt.rule.snapshot()
    forecourt.rule = forecourt.new_rule()
    forecourt.rule.restore(state)
    assert forecourt.watch(60) == []


def test_gap_in_the_footage_does_not_count_as_unattended() -> None:
    forecourt = Forecourt([BEARER, Region()])
    assert forecourt.watch(12) == []
    (event,) = forecourt.watch(140, from_s=112)
    assert seconds(event.raised_at) == pytest.approx(118, abs=1)


def test_camera_that_cannot_be_trusted_suspends_the_rule() -> None:
    moved = Forecourt([BEARER, Region()], camera_state=lambda second: CameraState.MOVED)
    assert moved.watch(60) == []


def test_region_as_large_as_a_van_is_no_bag() -> None:
    van: BoxXyxy = (100.0, 100.0, 400.0, 330.0)
    assert Forecourt([BEARER, Region(van)]).watch(60) == []


def test_unsure_region_is_not_believed() -> None:
    assert Forecourt([BEARER, Region(score=0.2)]).watch(60) == []


@pytest.mark.parametrize(
    ("height_px", "events"),
    [
        (6.5, 0),  # a glint on a far car: whatever the detector calls it
        (9.0, 1),  # a bag far down the lane
    ],
)
def test_thing_of_a_few_pixels_is_not_believed(height_px: float, events: int) -> None:
    speck: BoxXyxy = (300.0, 300.0, 311.0, 300.0 + height_px)
    seen = Seen(speck, 5.0, label="garbage", is_still=True)
    assert len(Forecourt([seen]).watch(60)) == events


def test_event_box_lies_in_the_frame() -> None:
    corner: BoxXyxy = (600.0, 440.0, 640.0, 480.0)
    person = replace(BEARER, box=(540.0, 330.0, 590.0, 480.0))
    (event,) = Forecourt([person, Region(corner)]).watch(60)
    assert 0 <= event.box_xyxy_px[0] < event.box_xyxy_px[2] <= SIZE_PX[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("alarm_after_s", 0.0),
        ("stay_s", -1.0),
        ("min_score", 1.5),
        ("max_frame_fraction", 2.0),
        ("min_side_px", -1.0),
    ],
)
def test_setting_out_of_range_is_refused_by_name(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        GarbageDropParams(**{key: value})
