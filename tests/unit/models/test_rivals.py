"""Each rival finds the case that its own paper shows, and fails where its rule says that it must."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.config.camera import CameraSettings, camera_of
from edge_agent.types import BoxXyxy, Detection, Frame, Image
from models.evaluate.contest import hold_contest
from models.evaluate.output import figures_of
from models.evaluate.reports import reports_of
from models.evaluate.results import Results
from models.evaluate.rivals.detect_and_dwell import DetectAndDwell
from models.evaluate.rivals.dual_background import DualBackground
from models.evaluate.rivals.four_points import FourPoints, relocated
from models.evaluate.rivals.parking_overlap import ParkingOverlap
from models.evaluate.scored_clips import ScoredClip
from models.evaluate.systems import System
from models.scenes.pinhole import Camera, Origin
from tests.footage import write_video
from tests.scored import FIGURES, clip, report
from tests.staged_drop import Drop, empty_footage, paved_ground, staged
from wire_contract.messages import EventMessage, ModelRef

FPS = 5.0
BAG = Drop((150.0, 150.0, 180.0, 185.0), down_s=5.0, leaves_s=7.0)
CAR: BoxXyxy = (100.0, 100.0, 200.0, 160.0)

Seen = Callable[[float], Sequence[Detection]]


class Seeing:
    """A detector that is told what it sees at each second."""

    model: ModelRef | None = None
    labels = ("garbage", "car", "person")

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._frames = 0

    def detect(self, crop: Image) -> list[Detection]:
        self._frames += 1
        return list(self._seen((self._frames - 1) / FPS))


def camera(kind: str, dwell_s: float, points: Sequence[tuple[Sequence[float], Sequence[float]]] = ()):
    rule = "garbage_drop" if kind == "drop_zone" else "blocked_fire_lane"
    tables: dict[str, object] = {
        "camera": {"id": "yard", "source": "yard.mp4"},
        "zone": [{"id": "z", "kind": kind, "polygon": [[0.2, 0.2], [0.8, 0.2], [0.8, 1], [0.2, 1]]}],
        "rule": {rule: {"alarm_after_s": dwell_s}},
        "control_point": [{"pixel": list(pixel), "lonlat": list(lonlat)} for pixel, lonlat in points],
    }
    return camera_of(tables, Path("yard.toml"))


def watched(
    system: System, settings: CameraSettings, pictures: Sequence[tuple[float, Image]]
) -> list[EventMessage]:
    watcher = system.watch(settings)
    for number, (at_s, image) in enumerate(pictures):
        watcher.step(Frame("yard", number, DEFAULT_START + timedelta(seconds=at_s), image))
    return list(watcher.messages())


def blank(seconds: float) -> list[tuple[float, Image]]:
    picture = np.zeros((240, 320, 3), np.uint8)
    return [(number / FPS, picture) for number in range(round(seconds * FPS))]


def raised_s(message: EventMessage) -> float:
    return (message.raised_at - DEFAULT_START).total_seconds()


def car(box: BoxXyxy = CAR) -> Detection:
    return Detection("car", 0.9, box)


def test_two_backgrounds_find_a_bag_that_no_detector_knows() -> None:
    footage = list(staged(empty_footage(paved_ground(), 30), BAG))
    (alarm,) = watched(DualBackground(), camera("drop_zone", 10), footage)
    assert alarm.kind == "garbage_drop"
    assert alarm.box_xyxy_px == pytest.approx(BAG.box_xyxy_px, abs=6)
    assert 14 <= raised_s(alarm) <= 20, "ten seconds after the bag was put down, or after its bearer left"


def test_two_backgrounds_find_nothing_where_nothing_stays() -> None:
    passing = Drop(BAG.box_xyxy_px, down_s=5.0, leaves_s=7.0, taken_s=9.0)
    footage = list(staged(empty_footage(paved_ground(), 25), passing))
    assert watched(DualBackground(), camera("drop_zone", 10), footage) == []


def test_detector_and_dwell_report_a_car_that_stays_once() -> None:
    rival = DetectAndDwell(Seeing(lambda second: [car()] if second >= 2 else []))
    (alarm,) = watched(rival, camera("fire_lane", 10), blank(30))
    assert raised_s(alarm) == pytest.approx(12, abs=0.3)
    assert alarm.label == "car"


def test_detector_and_dwell_lose_their_count_when_the_car_is_hidden_for_long() -> None:
    """The weakness that slot memory mends: three seconds behind a van, and the dwell begins anew."""
    rival = DetectAndDwell(Seeing(lambda second: [] if 8 <= second < 11 else [car()]))
    (alarm,) = watched(rival, camera("fire_lane", 10), blank(30))
    assert raised_s(alarm) == pytest.approx(21, abs=0.3)


@pytest.mark.parametrize(
    "seen",
    [
        lambda second: [car((20 * second, 100, 20 * second + 60, 160))],  # drives through
        lambda second: [car((0, 100, 50, 160))],  # stands beside the lane
        lambda second: [Detection("person", 0.9, CAR)],  # is no vehicle
    ],
    ids=["driving", "beside", "person"],
)
def test_detector_and_dwell_leave_alone_what_does_not_stay_in_the_lane(seen: Seen) -> None:
    assert watched(DetectAndDwell(Seeing(seen)), camera("fire_lane", 5), blank(15)) == []


@pytest.mark.parametrize(
    ("box", "is_found"),
    [
        ((100.0, 100.0, 200.0, 160.0), True),  # in the lane
        ((20.0, 100.0, 100.0, 160.0), True),  # its centre outside, 36 of 80 px in the lane
        ((0.0, 100.0, 75.0, 160.0), False),  # 11 of 75 px
    ],
)
def test_overlap_of_a_quarter_makes_a_parked_car(box: BoxXyxy, is_found: bool) -> None:
    rival = ParkingOverlap(Seeing(lambda second: [car(box)]))
    assert bool(watched(rival, camera("fire_lane", 5), blank(8))) is is_found


def test_plain_homography_is_exact_where_its_points_are_and_states_no_ellipse() -> None:
    ideal, earth = Camera(at_m=(0.0, 0.0, 4.0), tilt_deg=22.0), Origin(121.55, 31.24)
    points = [
        ((u / 640, v / 360), earth.lonlat(x, y))
        for x, y in ((-3.0, 5.0), (3.0, 5.0), (4.0, 12.0), (-4.0, 12.0))
        for u, v in [ideal.pixel(x, y)]
    ]
    settings = camera("drop_zone", 10, points)
    foot_x, foot_y = ideal.pixel(1.0, 8.0)
    seen = report(0, box=(foot_x - 10, foot_y - 30, foot_x + 10, foot_y))
    (placed,) = relocated([seen], settings, (640, 360))
    assert placed.fix is not None
    assert placed.fix.ellipse is None
    assert (placed.fix.lon, placed.fix.lat) == pytest.approx(earth.lonlat(1.0, 8.0), abs=2e-7)


def test_camera_without_control_points_places_nothing() -> None:
    settings = camera("drop_zone", 10)
    assert FourPoints.of(settings, (640, 360)) is None
    assert relocated([report(0)], settings, (640, 360))[0].fix is None


def test_contest_scores_everyone_on_the_same_clip_and_names_where_the_agent_is_worse(tmp_path: Path) -> None:
    """The agent has no eyes here, and the bag lies there for too short a time: the rival's alarm is false."""
    images = [image for _, image in staged(empty_footage(paved_ground(), 14), BAG)]
    write_video(tmp_path / "yard.mp4", images, FPS)
    scored = ScoredClip(clip(fps=FPS, frames=len(images)), tmp_path / "yard.mp4", camera("drop_zone", 2))
    told: list[str] = []
    contest = hold_contest([scored], Seeing(lambda second: []), True, told.append)
    assert told == [
        f"{name}: yard" for name in ("agent", "detect_and_dwell", "dual_background", "parking_overlap")
    ]
    rivalry = contest.rivalries["dual_background"]
    assert rivalry.rival.overall.false_alarms >= 1
    assert rivalry.rival.overall.cpu_s_per_s is not None
    assert contest.rivalries["parking_overlap"].kinds == ("blocked_fire_lane",)
    figures = figures_of(Results("t", (scored.truth,), contest.agent, contest.rivalries))
    assert isinstance(figures["rivals"], dict)
    for row in figures["rivals"].values():
        assert row.keys() >= FIGURES | {"by_kind", "by_clip", "kinds", "agent_on_the_same"}
    is_worse = contest.agent.overall.false_alarms > rivalry.rival.overall.false_alarms
    assert ("overall" in rivalry.worse_rows) is is_worse


def test_reports_of_a_rival_have_ids_of_their_own() -> None:
    rival = DetectAndDwell(Seeing(lambda second: [car(), car((210.0, 100.0, 250.0, 160.0))]))
    messages = watched(rival, camera("fire_lane", 5), blank(8))
    assert len(reports_of(messages)) == len(messages) == 2
