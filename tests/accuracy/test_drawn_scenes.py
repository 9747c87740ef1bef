"""Drawn scenes, replayed without a detector: what is true is found, once, and in its place."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.drawn_scenes.stories import STORIES
from tests.drawn_scenes.write import write_story

pytestmark = pytest.mark.slow

Message = dict[str, Any]


def replayed(name: str, folder: Path, frames: int) -> tuple[Message, list[Message]]:
    """Draw the beginning of a story and replay it; gives the scorer's summary and the messages."""
    story = replace(STORIES[name](), frames=frames)
    settings = write_story(story, folder)
    is_lapse = story.seconds_per_frame > 1
    rate = ["--fps", repr(1 / story.seconds_per_frame)] if is_lapse else []
    events, scores = folder / "events.jsonl", folder / "scores.json"
    program = [sys.executable, "-m", "edge_agent", "replay", "--camera", str(settings), "--model", "none"]
    subprocess.run([*program, *rate, "--events", str(events)], check=True, capture_output=True)
    truth = str(folder / f"{name}.truth.json")
    score = [sys.executable, "-m", "models.evaluate", "events", "--truth", truth, "--events", str(events)]
    subprocess.run([*score, "--json", str(scores)], check=True, capture_output=True)
    overall: Message = json.loads(scores.read_text())["overall"]
    return overall, [json.loads(line) for line in events.read_text().splitlines()]


def test_two_bags_are_two_events_and_the_fetched_one_closes(tmp_path: Path) -> None:
    overall, messages = replayed("bin-station", tmp_path, 710)
    assert overall["f1"] == 1.0
    assert overall["identity_switches"] == 0
    assert overall["geotag_error_m_median"] <= 0.3
    assert [message["phase"] for message in messages].count("opened") == 2
    (closed,) = (message for message in messages if message["phase"] == "closed")
    assert closed["box_xyxy_px"][0] < 320, "the second bag stood on the left"


def test_car_in_the_lane_is_one_event_with_its_clear_width(tmp_path: Path) -> None:
    overall, (opened,) = replayed("fire-lane", tmp_path, 220)
    assert overall["f1"] == 1.0
    assert overall["geotag_error_m_median"] <= 1.5  # without a detector nobody knows how long it is
    true_width_m = STORIES["fire-lane"]().events[0].clear_width_m  # less the shadow, without a detector
    assert opened["attributes"]["clear_width_m"] == pytest.approx(true_width_m, abs=0.5)


def test_shed_is_found_after_days_and_laundry_and_shadows_are_not(tmp_path: Path) -> None:
    overall, (opened,) = replayed("rooftop", tmp_path, 80)
    assert overall["f1"] == 1.0
    assert opened["attributes"]["needs_audit"] is True
    assert opened["attributes"]["days_seen"] >= 3
