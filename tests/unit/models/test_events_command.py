"""`python -m models.evaluate events` as others use it: a truth file, a file of events, three outputs."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.errors import ConfigError
from models.evaluate.__main__ import app
from models.evaluate.reports import read_reports
from models.evaluate.truth import Truth, read_truth
from tests.footage import numbered, write_video
from tests.scored import BAG, FIGURES, FPS, bag, clip

ONE, OTHER = "01936d2e-7b5c-7000-8000-000000000001", "01936d2e-7b5c-7000-8000-000000000002"


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


def written(tmp_path: Path, *lines: str) -> tuple[Path, Path]:
    truth, events = tmp_path / "truth.json", tmp_path / "events.jsonl"
    truth.write_text(Truth(clips=(clip(bag()),)).model_dump_json())
    events.write_text("\n".join(lines))
    return truth, events


def score(truth: Path, events: Path, *more: str):
    return CliRunner().invoke(app, ["events", "--truth", str(truth), "--events", str(events), *more])


def test_messages_of_one_event_are_one_report(tmp_path: Path) -> None:
    _, events = written(
        tmp_path, line(ONE, "closed", 400), line(OTHER, "opened", 300), line(ONE, "opened", 400)
    )
    reports = read_reports(events)
    assert [each.event_id for each in reports] == [OTHER, ONE]
    assert len(reports[1].boxes) == 2


def test_command_writes_the_figures_that_others_rely_on(tmp_path: Path) -> None:
    truth, events = written(tmp_path, line(ONE, "opened", 400), line(OTHER, "opened", 20))
    out = tmp_path / "out.json"
    result = score(truth, events, "--json", str(out))
    assert result.exit_code == 0, result.output
    written_out = json.loads(out.read_text())
    assert written_out["overall"] == written_out["overall"] | {"recall": 1.0, "false_alarms": 1}
    assert written_out["overall"].keys() >= FIGURES
    assert written_out["by_kind"]["garbage_drop"].keys() >= FIGURES
    assert written_out["by_clip"]["yard"].keys() >= FIGURES
    assert written_out["rivals"] == {}
    assert "yard" in result.stdout
    assert "false alarm" in result.stdout


def test_page_shows_every_miss_and_false_alarm(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(
        Truth(clips=(clip(bag(), bag(box_xyxy_px=(0, 0, 30, 30)), frames=20),)).model_dump_json()
    )
    events = tmp_path / "events.jsonl"
    events.write_text(line(ONE, "opened", 400))
    write_video(tmp_path / "yard.mp4", numbered(20, (320, 240)), FPS)
    page = tmp_path / "page.html"
    assert score(truth, events, "--html", str(page), "--model", "none").exit_code == 0
    text = page.read_text()
    assert text.count("<figure>") == text.count("data:image/jpeg;base64,") == 1
    assert "missed" in text
    assert "no event there" in text
    assert "http" not in text, "the page must need nothing else"


def test_page_without_footage_names_the_faults_all_the_same(tmp_path: Path) -> None:
    truth, events = written(tmp_path, line(ONE, "opened", 20))
    page = tmp_path / "page.html"
    assert score(truth, events, "--html", str(page), "--model", "none").exit_code == 0
    assert page.read_text().count("<figure>") == 2
    assert "footage not at hand" in page.read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "line 1: line: Invalid JSON"), (line(ONE, "opened", 400, score=7), "line 1: score:")],
)
def test_malformed_event_is_named_with_its_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    _, events = written(tmp_path, text)
    with pytest.raises(ConfigError, match=message):
        read_reports(events)


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ('[{"file": "a.mp4", "fps": 0, "frames": 10}]', "clips.0.fps"),
        (
            '[{"file": "a.mp4", "fps": 1, "frames": 9}, {"file": "a.mp4", "fps": 1, "frames": 9}]',
            "two are named",
        ),
        ("[]", "clips"),
    ],
)
def test_malformed_truth_is_named_with_its_field(tmp_path: Path, clips: str, message: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(f'{{"clips": {clips}}}')
    with pytest.raises(ConfigError, match=message):
        read_truth(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"box_xyxy_px": None}, "box_xyxy_px: a garbage_drop needs one"),
        ({"box_xyxy_px": (140, 100, 100, 150)}, "left < right"),
        ({"end_frame": 50}, "end_frame: lies before start_frame"),
        ({"alarm_not_before_frame": 700}, "alarm_by_frame: lies before"),
        ({"kind": "garbage"}, "kind"),
    ],
)
def test_truth_that_cannot_be_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bag(**change)


def test_events_of_a_camera_that_no_clip_knows_are_not_left_out_silently(tmp_path: Path) -> None:
    truth, events = written(tmp_path, line(ONE, "opened", 400, camera_id="elsewhere"))
    truth.write_text(Truth(clips=(clip(bag()), clip(file="lane.mp4"))).model_dump_json())
    result = score(truth, events)
    assert isinstance(result.exception, ConfigError)
    assert "elsewhere" in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--truth", "absent.json", "--events", "absent.jsonl"],
        [],
        ["--scenes", "--clip", "no-such-clip"],
        ["--scenes", "--json", "no/such/folder/out.json"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str]) -> None:
    program = [sys.executable, "-m", "models.evaluate", "events", *arguments]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
