"""The scorer of events on tiny truths: each figure where it is known, None where it cannot be."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.errors import ConfigError
from models.evaluate.__main__ import app
from models.evaluate.events import distance_m, evaluate
from models.evaluate.matching import match
from models.evaluate.reports import Report, read_reports
from models.evaluate.truth import Clip, TrueEvent, Truth, read_truth
from wire_contract.messages import GroundFix

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
BAG = (100.0, 100.0, 140.0, 150.0)
FPS = 10.0
FRAMES = 3600


def bag(**more: object) -> TrueEvent:
    return TrueEvent.model_validate(
        {"kind": "garbage_drop", "start_frame": 100, "box_xyxy_px": BAG, "alarm_by_frame": 600} | more
    )


def clip(*events: TrueEvent, file: str = "yard.mp4") -> Clip:
    return Clip(file=file, fps=FPS, frames=FRAMES, events=events)


def report(
    frame: float,
    box: tuple[float, float, float, float] = BAG,
    kind: str = "garbage_drop",
    camera_id: str = "yard",
    fix: GroundFix | None = None,
) -> Report:
    raised_at = START + timedelta(seconds=frame / FPS)
    return Report(f"event-{frame}", camera_id, kind, raised_at, None, (box,), fix)


def overall(truth: Truth, *reports: Report) -> dict[str, object]:
    figures = evaluate(truth, reports, START)["overall"]
    assert isinstance(figures, dict)
    return figures


def test_event_in_time_and_place_is_right() -> None:
    figures = overall(Truth(clips=(clip(bag()),)), report(400))
    assert figures == {
        "true_events": 1,
        "reported_events": 1,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "false_alarms": 0,
        "false_alarms_per_camera_hour": 0.0,
        "identity_switches": 0,
        "time_to_alarm_s_median": 30.0,
        "geotag_error_m_median": None,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        report(400, box=(300, 100, 340, 150)),  # elsewhere
        report(80),  # before the thing was there
        report(700),  # after the time in which it deserves an alarm
        report(400, kind="blocked_fire_lane"),  # something else
    ],
)
def test_event_at_the_wrong_place_or_time_or_of_the_wrong_kind_is_a_false_alarm(wrong: Report) -> None:
    figures = overall(Truth(clips=(clip(bag()),)), wrong)
    assert (figures["precision"], figures["recall"], figures["false_alarms"]) == (0.0, 0.0, 1)
    assert figures["false_alarms_per_camera_hour"] == pytest.approx(10.0)
    assert figures["time_to_alarm_s_median"] is None


def test_second_event_for_one_thing_is_a_false_alarm_and_an_identity_switch() -> None:
    figures = overall(Truth(clips=(clip(bag()),)), report(400), report(500))
    assert (figures["false_alarms"], figures["identity_switches"]) == (1, 1)
    assert figures["precision"] == 0.5


def test_shifted_thing_is_right_at_either_of_its_places() -> None:
    later = {"from_frame": 200, "to_frame": 900, "box_xyxy_px": (120, 130, 170, 180)}
    figures = overall(Truth(clips=(clip(bag(later_boxes=[later])),)), report(400, box=(120, 130, 170, 180)))
    assert figures["recall"] == 1.0


def test_quiet_footage_has_no_recall_and_a_rate_of_false_alarms() -> None:
    quiet = Truth(clips=(clip(TrueEvent(kind="none", start_frame=0)),))
    assert overall(quiet)["precision"] is None
    figures = overall(quiet, report(400))
    assert (figures["recall"], figures["f1"], figures["false_alarms_per_camera_hour"]) == (None, 0.0, 10.0)


def test_geotag_error_is_the_distance_to_the_true_place() -> None:
    fix = GroundFix(lon=121.5601, lat=31.2555 + 0.00001, error_m=2.0)
    figures = overall(Truth(clips=(clip(bag(lonlat=(121.5601, 31.2555))),)), report(400, fix=fix))
    assert figures["geotag_error_m_median"] == pytest.approx(1.112, abs=0.001)
    assert distance_m((0, 0), (0, 1)) == pytest.approx(111_195, abs=1)


def test_clips_and_kinds_are_also_scored_on_their_own() -> None:
    truth = Truth(clips=(clip(bag()), clip(file="lane.mp4")))
    figures = evaluate(truth, [report(400), report(50, kind="blocked_fire_lane", camera_id="lane")], START)
    by_clip, by_kind = figures["by_clip"], figures["by_kind"]
    assert isinstance(by_clip, dict)
    assert isinstance(by_kind, dict)
    assert (by_clip["yard"]["recall"], by_clip["lane"]["false_alarms"]) == (1.0, 1)
    assert (by_kind["garbage_drop"]["precision"], by_kind["blocked_fire_lane"]["precision"]) == (1.0, 0.0)


def test_pairing_finds_as_many_as_can_be() -> None:
    """The first event fits both things, the second only the first: greedy pairing would lose one."""
    assert sorted(match(np.array([[0.9, 0.6], [0.8, 0.0]]))) == [(0, 1), (1, 0)]
    assert match(np.zeros((2, 0))) == []


def line(event_id: str, phase: str, frame: int, **more: object) -> str:
    raised_at = (DEFAULT_START + timedelta(seconds=frame / FPS)).isoformat()
    message = {
        "event_id": event_id,
        "sequence": 0 if phase == "opened" else 1,
        "device_id": "replay",
        "camera_id": "yard",
        "kind": "garbage_drop",
        "phase": phase,
        "zone_id": "z",
        "started_at": DEFAULT_START.isoformat(),
        "raised_at": raised_at,
        "closed_at": None if phase == "opened" else raised_at,
        "score": 0.9,
        "label": "bag",
        "box_xyxy_px": BAG,
        "frame_size_px": [640, 480],
    }
    return json.dumps(message | more)


ONE, OTHER = "01936d2e-7b5c-7000-8000-000000000001", "01936d2e-7b5c-7000-8000-000000000002"


def written(tmp_path: Path, *lines: str) -> tuple[Path, Path]:
    truth, events = tmp_path / "truth.json", tmp_path / "events.jsonl"
    truth.write_text(Truth(clips=(clip(bag()),)).model_dump_json())
    events.write_text("\n".join(lines))
    return truth, events


def test_messages_of_one_event_are_one_report(tmp_path: Path) -> None:
    _, events = written(
        tmp_path, line(ONE, "closed", 400), line(OTHER, "opened", 300), line(ONE, "opened", 400)
    )
    reports = read_reports(events)
    assert [each.event_id for each in reports] == [OTHER, ONE]
    assert len(reports[1].boxes) == 2


def test_command_prints_and_writes_the_figures(tmp_path: Path) -> None:
    truth, events = written(tmp_path, line(ONE, "opened", 400))
    out = tmp_path / "out.json"
    result = CliRunner().invoke(
        app, ["events", "--truth", str(truth), "--events", str(events), "--json", str(out)]
    )
    assert result.exit_code == 0
    assert json.loads(out.read_text())["overall"]["recall"] == 1.0
    assert json.loads(result.stdout) == json.loads(out.read_text())


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "line 1: line: Invalid JSON"), (line(ONE, "opened", 400, score=7), "line 1: score:")],
)
def test_malformed_event_is_named_with_its_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    _, events = written(tmp_path, text)
    with pytest.raises(ConfigError, match=message):
        read_reports(events)


def test_malformed_truth_is_named_with_its_field(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text('{"clips": [{"file": "a.mp4", "fps": 0, "frames": 10}]}')
    with pytest.raises(ConfigError, match=r"truth.json: clips.0.fps"):
        read_truth(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_truth(tmp_path / "absent.json")


def test_events_of_a_camera_that_no_clip_knows_are_not_left_out_silently(tmp_path: Path) -> None:
    truth, events = written(tmp_path, line(ONE, "opened", 400, camera_id="elsewhere"))
    truth.write_text(Truth(clips=(clip(bag()), clip(file="lane.mp4"))).model_dump_json())
    result = CliRunner().invoke(app, ["events", "--truth", str(truth), "--events", str(events)])
    assert isinstance(result.exception, ConfigError)
    assert "elsewhere" in str(result.exception)
