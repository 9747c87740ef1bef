"""The clips that the repository ships are what truth.json and persons.json say."""

import hashlib
import json
from pathlib import Path

import av
import pytest

from edge_agent.config.camera import load_camera
from models.evaluate.truth import read_truth
from models.scenes.plots import PLOTS
from models.scenes.records import camera_toml

CLIPS = Path(__file__).resolve().parents[4] / "models/scenes/clips"
MAX_BYTES = 3_000_000
TRUTH = json.loads((CLIPS / "truth.json").read_text("utf-8"))["clips"]
PERSONS = json.loads((CLIPS / "persons.json").read_text("utf-8"))

each_clip = pytest.mark.parametrize("clip", TRUTH, ids=lambda clip: clip["file"])


def test_every_clip_has_truth_and_every_truth_a_clip() -> None:
    files = {path.name for path in CLIPS.glob("*.mp4")}
    assert files == {clip["file"] for clip in TRUTH} == set(PERSONS)
    assert {Path(file).stem for file in files} <= set(PLOTS)
    assert len(files) >= 8


def test_the_scorer_reads_the_truth() -> None:
    assert len(read_truth(CLIPS / "truth.json").clips) == len(TRUTH)


@each_clip
def test_the_file_is_the_one_that_was_described(clip: dict) -> None:  # type: ignore[type-arg]
    content = (CLIPS / clip["file"]).read_bytes()
    assert len(content) <= MAX_BYTES
    assert hashlib.sha256(content).hexdigest() == clip["sha256"]


@each_clip
def test_the_footage_has_the_frames_and_size_stated(clip: dict) -> None:  # type: ignore[type-arg]
    with av.open(str(CLIPS / clip["file"])) as container:
        stream = container.streams.video[0]
        assert [stream.width, stream.height] == clip["size"] == [640, 360]
        assert stream.average_rate == clip["fps"]
        assert sum(1 for _ in container.demux(stream) if _.size) == clip["frames"]


@each_clip
def test_boxes_and_frames_lie_inside_the_clip(clip: dict) -> None:  # type: ignore[type-arg]
    width, height = clip["size"]
    persons = [(int(frame), box) for frame, boxes in PERSONS[clip["file"]].items() for box in boxes]
    events = [
        (event["start_frame"], box)
        for event in clip["events"]
        if "box_xyxy_px" in event
        for box in (event["box_xyxy_px"], *(later["box_xyxy_px"] for later in event["later_boxes"]))
    ]
    for frame, (left, top, right, bottom) in persons + events:
        assert 0 <= frame < clip["frames"]
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@each_clip
def test_the_settings_are_those_of_the_plot(clip: dict) -> None:  # type: ignore[type-arg]
    settings = CLIPS / clip["camera"]
    assert settings.read_text("utf-8") == camera_toml(PLOTS[settings.stem], clip["file"])
    assert load_camera(settings).camera.id == clip["camera_id"]


@each_clip
def test_events_are_told_by_the_plot(clip: dict) -> None:  # type: ignore[type-arg]
    plot = PLOTS[Path(clip["file"]).stem]
    assert [event["kind"] for event in clip["events"]] == [event.kind for event in plot.events]
    assert clip["frames"] == plot.frames
