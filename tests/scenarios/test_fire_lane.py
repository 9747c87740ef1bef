"""Stories of a fire lane: what a duty officer would expect to hear, and what not."""

from datetime import timedelta

import pytest

from edge_agent.rules.blocked_fire_lane import BlockedFireLaneParams
from edge_agent.types import BoxXyxy, StillRegion, Zone, ZoneKind
from tests.fakes.ground import FlatGround
from tests.lane_story import CAR, SIZE_PX, WHOLE_PICTURE, Lane, Thing, at, closed, opened, seconds, shifted
from wire_contract.vocabulary import CameraState, EventPhase

METRES_PER_PX = 0.02
LANE_6_M = (Zone("lane-6-m", ZoneKind.FIRE_LANE, ((0.0, 0.1), (1.0, 0.1), (1.0, 0.725), (0.0, 0.725))),)
"""A lane that runs from left to right, 300 px or 6.0 m wide, its upper edge at y = 48."""


def on_lane(left_m: float, from_edge_m: float, length_m: float, width_m: float) -> tuple[float, ...]:
    """Give the box of a thing whose footprint, the lowest quarter, lies so on the 6 m lane."""
    x1, y1 = left_m / METRES_PER_PX, 48 + from_edge_m / METRES_PER_PX
    height = width_m / METRES_PER_PX
    return x1, y1 - 3 * height, x1 + length_m / METRES_PER_PX, y1 + height


def test_car_parked_in_the_lane_raises_one_event_and_closes_it_when_it_has_gone() -> None:
    lane = Lane()
    lane.watch([Thing(CAR, since_s=10, until_s=200)], 0, 300)
    alarm, end = lane.events
    assert (alarm.phase, end.phase) == (EventPhase.OPENED, EventPhase.CLOSED)
    assert alarm.event_id == end.event_id
    assert seconds(alarm.started_at) == pytest.approx(10, abs=0.5)
    assert seconds(alarm.raised_at) == pytest.approx(70, abs=0.5)
    assert end.closed_at is not None
    assert seconds(end.closed_at) == pytest.approx(200, abs=0.5)
    assert end.attributes["cause"] == "removed"
    assert end.sequence == 1


@pytest.mark.parametrize("fps", [10.0, 5.0, 2.0, 0.5])
def test_any_frame_rate_gives_the_same_alarm_time(fps: float) -> None:
    lane = Lane()
    lane.watch([Thing(CAR, since_s=10)], 0, 120, fps)
    (alarm,) = lane.events
    assert seconds(alarm.started_at) == pytest.approx(10, abs=1 / fps)
    assert seconds(alarm.raised_at) == pytest.approx(70, abs=2 / fps)


def test_delivery_stop_shorter_than_the_dwell_raises_nothing() -> None:
    lane = Lane()
    lane.watch([Thing(CAR, since_s=10, until_s=60)], 0, 200)
    assert lane.events == []


def test_three_short_stops_at_one_place_do_not_add_up() -> None:
    lane = Lane()
    stops = [Thing(CAR, since_s=start, until_s=start + 40) for start in (0, 60, 120)]
    lane.watch(stops, 0, 200)
    assert lane.events == []


def test_queue_that_crawls_past_raises_nothing() -> None:
    """A car each 4 s passes at half a car length a second: something is always there, nothing stays."""
    lane = Lane()
    cars = [
        Thing(lambda s, start=start: shifted(CAR, -300 + 40 * (s - start)), since_s=start, until_s=start + 16)
        for start in range(0, 180, 4)
    ]
    lane.watch(cars, 0, 200)
    assert lane.events == []


def test_van_that_hides_the_car_for_a_minute_changes_nothing() -> None:
    lane = Lane()
    van = Thing((260, 120, 440, 290), since_s=40, until_s=100, label="large_vehicle")
    lane.watch([Thing(CAR, hidden=[(40, 100)]), van], 0, 180)
    (alarm,) = opened(lane.events)
    assert seconds(alarm.started_at) == pytest.approx(0, abs=0.5)
    assert closed(lane.events) == []


def test_van_that_hides_an_alarmed_car_for_five_minutes_keeps_its_event() -> None:
    lane = Lane()
    passing = Thing(
        lambda s: shifted((260, 120, 440, 290), 0.2 * (s - 100)),
        since_s=100,
        until_s=400,
        label="large_vehicle",
    )
    lane.watch([Thing(CAR, hidden=[(100, 400)]), passing], 0, 480, fps=2)
    car_events = [event for event in lane.events if event.event_id == lane.events[0].event_id]
    assert [event.phase for event in car_events] == [EventPhase.OPENED]


@pytest.mark.parametrize("label_of_frame", [lambda n: "car", lambda n: "car" if n % 2 else "large_vehicle"])
def test_detector_that_sees_the_car_half_of_the_time_raises_one_event(label_of_frame) -> None:
    lane = Lane()
    halves = [
        Thing(CAR, since_s=0.4 * n, until_s=0.4 * n + 0.2, score=0.5, label=label_of_frame(n))
        for n in range(500)
    ]
    lane.watch(halves, 0, 190)
    assert len(opened(lane.events)) == 1
    assert closed(lane.events) == []


def test_agent_that_restarts_while_a_car_is_parked_keeps_its_event() -> None:
    lane = Lane()
    car = Thing(CAR, until_s=200)
    before = lane.watch([car], 0, 90)
    lane.restart()
    after = lane.watch([car], 95, 300)
    assert [event.phase for event in before] == [EventPhase.OPENED]
    assert [event.phase for event in after] == [EventPhase.CLOSED]
    assert after[0].event_id == before[0].event_id


def test_agent_that_restarts_before_the_alarm_keeps_the_dwell() -> None:
    lane = Lane()
    lane.watch([Thing(CAR)], 0, 40)
    lane.restart()
    (alarm,) = lane.watch([Thing(CAR)], 50, 120)
    assert seconds(alarm.raised_at) == pytest.approx(60, abs=1)
    assert "clock_paused_s" not in alarm.attributes


def test_gap_of_two_minutes_pauses_the_clock_and_is_written_in_the_event() -> None:
    lane = Lane()
    lane.watch([Thing(CAR)], 0, 40)
    lane.restart()
    (alarm,) = lane.watch([Thing(CAR)], 160, 240)
    assert seconds(alarm.raised_at) == pytest.approx(180, abs=1)
    assert seconds(alarm.started_at) == pytest.approx(0, abs=0.5)
    assert alarm.attributes["clock_paused_s"] == pytest.approx(120, abs=1)


def test_car_that_left_while_nobody_looked_closes_as_camera_down() -> None:
    lane = Lane()
    lane.watch([Thing(CAR)], 0, 90)
    lane.watch([], 600, 660)
    (end,) = closed(lane.events)
    assert end.attributes["cause"] == "camera_down"


def test_footage_replayed_from_its_start_after_a_kill_repeats_no_event() -> None:
    lane = Lane()
    car = Thing(CAR, until_s=150)
    first = lane.watch([car], 0, 90)
    lane.restart()
    again = lane.watch([car], 0, 250)
    assert [event.phase for event in again] == [EventPhase.CLOSED]
    assert again[0].event_id == first[0].event_id


def test_camera_that_was_moved_suspends_the_rule() -> None:
    lane = Lane()
    lane.watch([Thing(CAR)], 0, 120, camera_state=CameraState.MOVED)
    assert lane.events == []


def test_car_that_rolls_before_it_stops_starts_its_dwell_at_rest() -> None:
    """It slows down over ten seconds, from two car lengths a second to none."""
    lane = Lane()
    lane.watch([Thing(lambda s: shifted(CAR, -7.2 * max(0.0, 10 - s) ** 2))], 0, 120)
    (alarm,) = lane.events
    assert seconds(alarm.started_at) == pytest.approx(9, abs=2.5)


def test_car_that_moves_up_and_stops_again_keeps_its_event() -> None:
    lane = Lane()
    lane.watch([Thing(lambda s: shifted(CAR, 15 * min(max(0.0, s - 100), 8)))], 0, 240)
    assert len(opened(lane.events)) == 1
    assert closed(lane.events) == []


def test_car_that_takes_the_place_of_another_is_another_event() -> None:
    lane = Lane()
    first = Thing(CAR, until_s=100)
    second = Thing(lambda s: shifted(CAR, -40 * max(0.0, 114 - s)), since_s=108)
    lane.watch([first, second], 0, 240)
    one, other = opened(lane.events)
    assert one.event_id != other.event_id
    assert [event.event_id for event in closed(lane.events)] == [one.event_id]
    assert closed(lane.events)[0].attributes["cause"] == "replaced"


def test_two_boxes_on_one_vehicle_are_one_event() -> None:
    lane = Lane()
    lane.watch([Thing(CAR), Thing((302, 215, 378, 262), label="large_vehicle", score=0.6)], 0, 120)
    assert len(opened(lane.events)) == 1


def test_box_that_grows_around_its_neighbour_is_one_thing_with_it() -> None:
    """Of a row of e-bikes the detector draws two parts first, later the whole row and still its end."""

    def row(second: float) -> BoxXyxy:
        return 100.0, 200.0, 190.0 if second < 30 else 230.0, 260.0

    lane = Lane()
    end = Thing((178.0, 200.0, 238.0, 260.0), since_s=15, label="two_wheeler")
    lane.watch([Thing(row, since_s=5, label="two_wheeler"), end], 0, 200)
    (alarm,) = lane.events
    assert alarm.box_xyxy_px[2] == pytest.approx(230, abs=2)


@pytest.mark.parametrize(
    ("grown_s", "lower_edge", "events"),
    [
        (20.0, 262.0, 1),  # before the alarm: the row is reported
        (75.0, 262.0, 1),  # after the alarm of its part
        (20.0, 300.0, 2),  # what stands in front is another thing
    ],
)
def test_part_of_a_row_and_the_row_are_one_event(grown_s: float, lower_edge: float, events: int) -> None:
    """Of two e-bikes side by side each is drawn alone at first, later one of them with the whole row."""

    def other(second: float) -> BoxXyxy:
        right, lower = (196.0, 260.0) if second < grown_s else (231.0, lower_edge)
        return 110.0, 200.0, right, lower

    lane = Lane()
    alone = Thing((184.0, 200.0, 230.0, 260.0), label="two_wheeler")
    lane.watch([alone, Thing(other, since_s=0.2 if grown_s < 60 else 40, label="two_wheeler")], 0, 200)
    alarms = opened(lane.events)
    assert len(alarms) == events
    if (grown_s, events) == (20.0, 1):
        assert alarms[0].box_xyxy_px[0] == pytest.approx(110, abs=2)


def test_two_cars_side_by_side_are_two_events() -> None:
    lane = Lane()
    lane.watch([Thing(CAR), Thing(shifted(CAR, 85))], 0, 120)
    assert len(opened(lane.events)) == 2


def test_far_vehicle_of_ten_pixels_whose_box_jitters_raises_one_event() -> None:
    lane = Lane()
    jitter = [(0, 0), (1, 0), (0, 1), (-1, 1), (1, -1), (0, -1)]
    lane.watch(
        [Thing(lambda s: shifted((400, 100, 410, 111), *jitter[round(s * 5) % 6]), score=0.45)], 0, 120
    )
    (alarm,) = lane.events
    assert seconds(alarm.raised_at) == pytest.approx(60, abs=1)


def test_false_detection_of_low_score_that_flickers_raises_nothing() -> None:
    lane = Lane()
    flicker = [
        Thing((100, 100, 130, 130), since_s=4.0 * n, until_s=4.0 * n + 0.6, score=0.42) for n in range(60)
    ]
    lane.watch(flicker, 0, 240)
    assert lane.events == []


def test_car_outside_the_lane_or_in_an_ignored_zone_raises_nothing() -> None:
    lane_left = Zone("lane", ZoneKind.FIRE_LANE, ((0, 0), (0.4, 0), (0.4, 1), (0, 1)))
    ignored = Zone("bay", ZoneKind.IGNORE, ((0, 0), (1, 0), (1, 1), (0, 1)))
    outside, masked = Lane(zones=(lane_left,)), Lane(zones=(*WHOLE_PICTURE, ignored))
    for lane in (outside, masked):
        lane.watch([Thing(CAR)], 0, 120)
        assert lane.events == []


def test_piled_furniture_of_unknown_class_raises_an_event() -> None:
    lane = Lane()
    pile = StillRegion((100, 300, 160, 360), still_since=at(0), score=0.8)
    lane.watch([], 0, 90, regions=[pile])
    (alarm,) = lane.events
    assert alarm.label == "object"


@pytest.mark.parametrize(
    ("free_m", "is_blocked"),
    [(3.5, True), (4.5, False)],
)
def test_row_of_e_bikes_blocks_the_lane_by_the_width_that_it_leaves(free_m: float, is_blocked: bool) -> None:
    """Six e-bikes of 0.6 m, side by side along the edge, handlebars into a lane of 6 m."""
    depth_m = 6.0 - free_m
    bikes = [Thing(on_lane(2.0 + 0.7 * place, 0.0, 0.6, depth_m), label="two_wheeler") for place in range(6)]
    lane = Lane(zones=LANE_6_M, ground=FlatGround(METRES_PER_PX))
    lane.watch(bikes, 0, 90)
    assert len(opened(lane.events)) == (6 if is_blocked else 0)
    for event in lane.events:
        assert event.attributes["clear_width_m"] == pytest.approx(free_m, abs=0.1)


def test_two_cars_that_only_together_narrow_the_lane_both_alarm_when_the_second_has_stood_long_enough() -> (
    None
):
    left = Thing(on_lane(2.0, 0.0, 4.5, 1.5))
    right = Thing(on_lane(2.5, 4.5, 4.5, 1.5), since_s=60, until_s=200)
    lane = Lane(zones=LANE_6_M, ground=FlatGround(METRES_PER_PX))
    assert lane.watch([left, right], 0, 115) == []
    alarms = lane.watch([left, right], 115, 130)
    assert len(opened(alarms)) == 2
    assert all(event.attributes["clear_width_m"] == pytest.approx(3.0, abs=0.1) for event in alarms)
    rest = lane.watch([left, right], 130, 300)
    assert [(event.phase, event.attributes["is_blocking"]) for event in rest] == [
        (EventPhase.CLOSED, True),
        (EventPhase.UPDATED, False),
    ]
    assert rest[1].attributes["clear_width_m"] == pytest.approx(4.5, abs=0.1)


def test_event_box_lies_in_the_picture_and_times_are_in_order() -> None:
    lane = Lane()
    lane.watch([Thing((-30, 400, 60, 500), until_s=100)], 0, 180)
    for event in lane.events:
        x1, y1, x2, y2 = event.box_xyxy_px
        assert 0 <= x1 < x2 <= SIZE_PX[0]
        assert 0 <= y1 < y2 <= SIZE_PX[1]
        assert event.started_at <= event.raised_at
        assert event.closed_at is None or event.raised_at <= event.closed_at


def test_default_dwell_is_three_minutes() -> None:
    lane = Lane(params=BlockedFireLaneParams())
    lane.watch([Thing(CAR)], 0, 200, fps=2)
    (alarm,) = lane.events
    assert alarm.raised_at - alarm.started_at == pytest.approx(
        timedelta(seconds=180), abs=timedelta(seconds=1)
    )


def test_queue_that_moves_up_a_car_length_each_half_minute_raises_nothing() -> None:
    def queueing(second: float) -> tuple[float, float, float, float]:
        steps, within = divmod(second, 30)
        return shifted((20, 200, 100, 260), 80 * (steps + min(1.0, max(0.0, within - 26) / 4)))

    lane = Lane()
    lane.watch([Thing(queueing)], 0, 180)
    assert lane.events == []


def test_vehicle_that_creeps_through_the_lane_without_ever_stopping_obstructs_it() -> None:
    """Four hundredths of its size a second: nobody gets past."""
    lane = Lane()
    lane.watch([Thing(lambda s: shifted(CAR, 2.8 * s - 200))], 0, 120)
    assert len(opened(lane.events)) == 1


def test_passer_by_that_takes_over_the_track_does_not_carry_the_event_away() -> None:
    """The far car is hidden while another of its size rolls past; the tracker follows the other one."""
    place = (300, 100, 312, 111)
    lane = Lane()
    passing = Thing(lambda s: shifted(place, 2.4 * (s - 100)), 100, 130)
    lane.watch([Thing(place, hidden=[(100, 106)]), passing], 0, 200, fps=5)
    assert len(opened(lane.events)) == 1
    assert closed(lane.events) == []
