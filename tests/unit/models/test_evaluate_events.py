"""The scorer of events on tiny truths: each figure where it is known, None where it cannot be."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.types import BoxXyxy
from models.evaluate.events import evaluate
from models.evaluate.figures import Scores
from models.evaluate.matching import match
from models.evaluate.places import distance_m, is_in_ellipse
from models.evaluate.reports import Report
from models.evaluate.truth import TrueEvent, Truth
from tests.scored import FRAMES, START, bag, clip, report, yard
from wire_contract.messages import ErrorEllipse, GroundFix

ELSEWHERE: BoxXyxy = (300, 100, 340, 150)


def overall(truth: Truth, *reports: Report) -> Scores:
    return evaluate(truth, reports, START).overall


def reasons(truth: Truth, *reports: Report) -> list[str]:
    return [finding.reason for finding in evaluate(truth, reports, START).findings if finding.reason]


def test_event_in_time_and_place_is_right() -> None:
    figures = asdict(overall(yard(bag()), report(400)))
    assert {name: value for name, value in figures.items() if value is not None} == {
        "true_events": 1,
        "reported_events": 1,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "false_alarms": 0,
        "false_alarms_per_camera_hour": 0.0,
        "identity_switches": 0,
        "time_to_alarm_s_median": 30.0,
        "camera_hours": 0.1,
    }


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (report(400, box=ELSEWHERE), "nothing deserves an event there"),
        (report(400, box=(120, 120, 165, 175)), "its box overlaps the thing with IoU 0.15 only"),
        (report(80), "raised too early, at frame 80"),
        (report(700), "raised too late, at frame 700"),
        (report(400, kind="blocked_fire_lane"), "blocked_fire_lane raised for a garbage_drop"),
    ],
    ids=["elsewhere", "beside it", "early", "late", "of another kind"],
)
def test_event_at_the_wrong_place_or_time_or_of_the_wrong_kind_is_a_false_alarm(
    wrong: Report, reason: str
) -> None:
    figures = overall(yard(bag()), wrong)
    assert (figures.precision, figures.recall, figures.f1, figures.false_alarms) == (0.0, 0.0, 0.0, 1)
    assert figures.false_alarms_per_camera_hour == pytest.approx(10.0)
    assert figures.time_to_alarm_s_median is None
    assert reason in reasons(yard(bag()), wrong)


@pytest.mark.parametrize(
    ("frame", "is_right"),
    [
        (189, False),  # more than the ten frames of doubt before its time
        (190, True),
        (610, True),
        (611, False),
    ],
)
def test_the_time_of_an_alarm_is_judged_with_a_few_frames_of_doubt(frame: int, is_right: bool) -> None:
    assert (overall(yard(bag(alarm_not_before_frame=200)), report(frame)).recall == 1.0) is is_right


def test_exact_truth_can_do_without_doubt() -> None:
    exact = Truth(clips=(clip(bag(alarm_not_before_frame=200), frames_of_doubt=0),))
    assert overall(exact, report(199)).recall == 0.0
    assert overall(exact, report(200)).recall == 1.0


def test_second_event_for_one_thing_is_a_false_alarm_and_an_identity_switch() -> None:
    figures = overall(yard(bag()), report(400), report(500))
    assert (figures.false_alarms, figures.identity_switches, figures.precision) == (1, 1, 0.5)
    assert reasons(yard(bag()), report(400), report(500)) == ["a further event of one thing"]


def test_two_late_events_of_a_missed_thing_are_one_switch_too() -> None:
    figures = overall(yard(bag()), report(700), report(800))
    assert (figures.recall, figures.false_alarms, figures.identity_switches) == (0.0, 2, 1)


def test_event_after_a_thing_has_gone_is_no_switch() -> None:
    figures = overall(yard(bag(end_frame=700)), report(400), report(900))
    assert (figures.false_alarms, figures.identity_switches) == (1, 0)


def test_two_bags_in_one_place_one_after_the_other_are_two_things() -> None:
    things = (bag(end_frame=700), bag(start_frame=900, alarm_by_frame=1400))
    figures = overall(yard(*things), report(400), report(1200))
    assert (figures.recall, figures.precision, figures.identity_switches) == (1.0, 1.0, 0)


def test_shifted_thing_is_right_at_either_of_its_places() -> None:
    later = {"from_frame": 200, "to_frame": 900, "box_xyxy_px": (120, 130, 170, 180)}
    assert overall(yard(bag(later_boxes=[later])), report(400, box=(120, 130, 170, 180))).recall == 1.0


def test_fault_of_the_camera_is_matched_by_time_alone() -> None:
    knocked = TrueEvent(kind="camera_health", start_frame=100, alarm_by_frame=700)
    figures = overall(yard(knocked), report(400, box=(0, 0, 640, 480), kind="camera_health"))
    assert (figures.f1, figures.time_to_alarm_s_median) == (1.0, 30.0)
    assert overall(yard(knocked), report(900, box=(0, 0, 640, 480), kind="camera_health")).recall == 0.0


def test_quiet_footage_has_no_recall_and_a_rate_of_false_alarms() -> None:
    quiet = yard(TrueEvent(kind="none", start_frame=0))
    assert overall(quiet).precision is None
    figures = overall(quiet, report(400))
    assert (figures.recall, figures.f1) == (None, 0.0)
    assert figures.false_alarms_per_camera_hour == pytest.approx(10.0)


def test_hours_of_a_time_lapse_do_not_thin_out_the_rate_of_false_alarms() -> None:
    roof = clip(file="roof.mp4", frames=120, seconds_per_frame=8640)
    both = Truth(clips=(clip(), roof))
    assert overall(both, report(400)).false_alarms_per_camera_hour == pytest.approx(10.0)
    by_clip = evaluate(both, [report(400)], START).by_clip
    assert by_clip["roof"].camera_hours == pytest.approx(288.0)


def test_geotag_error_is_the_distance_to_the_true_place() -> None:
    fix = GroundFix(
        lon=121.5601,
        lat=31.25551,
        error_m=2.0,
        ellipse=ErrorEllipse(major_m=2, minor_m=1, azimuth_deg=0),
    )
    figures = overall(yard(bag(lonlat=(121.5601, 31.2555))), report(400, fix=fix))
    assert figures.geotag_error_m_median == pytest.approx(1.112, abs=0.001)
    assert figures.geotag_ellipse_coverage == 1.0
    assert distance_m((0, 0), (0, 1)) == pytest.approx(111_195, abs=1)


@pytest.mark.parametrize(
    ("azimuth_deg", "is_inside"),
    [
        (0.0, True),  # the truth lies 1.5 m north, where the long axis points
        (90.0, False),  # where the short one does
        (45.0, False),  # between the two the ellipse reaches 1.26 m
    ],
)
def test_ellipse_reaches_as_far_as_its_axis_in_that_direction(azimuth_deg: float, is_inside: bool) -> None:
    fix = GroundFix(
        lon=121.5601,
        lat=31.2555,
        error_m=2.0,
        ellipse=ErrorEllipse(major_m=2, minor_m=1, azimuth_deg=azimuth_deg),
    )
    assert is_in_ellipse(fix, (121.5601, 31.2555 + 1.5 / 111_195)) is is_inside


def test_place_of_the_camera_is_no_geotag() -> None:
    fix = GroundFix(lon=121.5601, lat=31.2556, error_m=50.0, method="camera_position")
    assert overall(yard(bag(lonlat=(121.5601, 31.2555))), report(400, fix=fix)).geotag_error_m_median is None


def test_clear_width_and_changed_area_are_held_against_the_truth() -> None:
    lane = bag(kind="blocked_fire_lane", clear_width_m=2.8)
    figures = overall(yard(lane), report(400, kind="blocked_fire_lane", attributes={"clear_width_m": 2.65}))
    assert figures.clear_width_error_m_max == pytest.approx(0.15)
    shed = bag(kind="illegal_structure", changed_area_m2=8.0)
    figures = overall(yard(shed), report(400, kind="illegal_structure", attributes={"changed_area_m2": 10}))
    assert figures.changed_area_error_median == pytest.approx(0.25)


def test_clips_and_kinds_are_also_scored_on_their_own() -> None:
    truth = Truth(clips=(clip(bag()), clip(file="lane.mp4")))
    scored = evaluate(truth, [report(400), report(50, kind="blocked_fire_lane", camera_id="lane")], START)
    assert (scored.by_clip["yard"].recall, scored.by_clip["lane"].false_alarms) == (1.0, 1)
    assert scored.by_kind["garbage_drop"].precision == 1.0
    assert scored.by_kind["blocked_fire_lane"].precision == 0.0


def test_pairing_finds_as_many_as_can_be() -> None:
    """The first event fits both things, the second only the first: greedy pairing would lose one."""
    assert sorted(match(np.array([[0.9, 0.6], [0.8, 0.0]]))) == [(0, 1), (1, 0)]
    assert match(np.zeros((2, 0))) == []


# properties

CORNERS = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda at: (40.0 * at[0], 40.0 * at[1]))
BOXES = st.builds(
    lambda corner, side: (corner[0], corner[1], corner[0] + side, corner[1] + side),
    CORNERS,
    st.sampled_from([30.0, 40.0, 60.0]),
)
KINDS = st.sampled_from(["garbage_drop", "blocked_fire_lane"])
THINGS = st.lists(
    st.builds(
        lambda kind, box, start: bag(
            kind=kind, box_xyxy_px=box, start_frame=start, alarm_by_frame=start + 300
        ),
        KINDS,
        BOXES,
        st.integers(0, FRAMES - 400),
    ),
    max_size=6,
)
REPORTS = st.lists(st.tuples(st.integers(0, FRAMES), BOXES, KINDS), max_size=8).map(
    lambda rows: [
        report(frame, box=box, kind=kind, name=f"e{number}") for number, (frame, box, kind) in enumerate(rows)
    ]
)


@settings(max_examples=60, deadline=None)
@given(things=THINGS, reports=REPORTS, chance=st.randoms())
def test_order_of_events_changes_nothing_and_figures_stay_in_bounds(things, reports, chance) -> None:
    truth = yard(*things)
    figures = overall(truth, *reports)
    shuffled = list(reports)
    chance.shuffle(shuffled)
    assert overall(truth, *shuffled) == figures
    for part in (figures.precision, figures.recall, figures.f1):
        assert part is None or 0.0 <= part <= 1.0
    assert figures.true_events == len(things)
    assert figures.reported_events == len(reports)
    assert figures.identity_switches <= figures.false_alarms <= len(reports)


@settings(max_examples=40, deadline=None)
@given(things=THINGS)
def test_perfect_events_are_perfect_and_one_more_of_each_is_a_false_alarm(things) -> None:
    truth = yard(*things)
    perfect = [
        report(thing.start_frame + 100, box=thing.boxes[0], kind=thing.kind, name=f"e{number}")
        for number, thing in enumerate(things)
    ]
    figures = overall(truth, *perfect)
    assert (figures.f1, figures.false_alarms) == ((1.0 if things else None), 0)
    doubled = [*perfect, *(report(20, box=(600, 400, 620, 420), name=f"x{n}") for n in range(len(things)))]
    assert overall(truth, *doubled).precision == (0.5 if things else None)
