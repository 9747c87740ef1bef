"""The benchmark compares like with like, and its table says what was measured."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge_agent.commands.bench import DECODE, BenchOptions, BenchResult, Run, bench, same_events, table_of
from edge_agent.commands.quiet_clip import write_quiet_clip
from edge_agent.errors import ConfigError
from edge_agent.types import Event
from tests.fakes.clock import NOON
from tests.fakes.pipeline import event
from wire_contract.vocabulary import EventKind, EventPhase


def run(cpu_s: dict[str, float], *events: Event, video_s: float = 10.0) -> Run:
    return Run(cpu_s, wall_s=5.0, video_s=video_s, frames=50, events=events)


def result(gated: list[Run], every_frame: list[Run]) -> BenchResult:
    return BenchResult((640, 480), 5.0, "yolox_nano", tuple(gated), tuple(every_frame), 200 * 2**20)


def test_ratio_is_the_median_of_the_rounds() -> None:
    rounds = result(
        [run({"detect": 1.0}), run({"detect": 1.0}), run({"detect": 9.0})],
        [run({"detect": 4.0}), run({"detect": 5.0}), run({"detect": 10.0})],
    )
    assert rounds.ratio == 0.25


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        # another id is not another finding
        (event(event_id="01936d2e-0000-7000-8000-0000000000ff"), True),
        (event(box_xyxy_px=(11.0, 10.0, 21.0, 20.0)), True),
        (event(raised_at=NOON + timedelta(seconds=4)), True),
        (event(raised_at=NOON + timedelta(seconds=9)), False),
        (event(box_xyxy_px=(30.0, 10.0, 40.0, 20.0)), False),
        (event(zone_id="elsewhere"), False),
        (event(kind=EventKind.BLOCKED_FIRE_LANE), False),
        (event(EventPhase.CLOSED), False),
    ],
)
def test_events_are_the_same_when_they_tell_of_the_same_thing(other: Event, is_same: bool) -> None:
    assert same_events([event()], [other]) is is_same


def test_each_event_has_one_twin() -> None:
    assert not same_events([event(), event()], [event()])
    assert not same_events([event()], [event(), event()])
    assert same_events([], [])


def test_table_names_stages_totals_and_the_verdict() -> None:
    gated = run({DECODE: 0.1, "detect": 0.2}, event())
    every = run({DECODE: 0.1, "detect": 1.1}, event())
    text = table_of(result([gated], [every]))
    assert "640x480, 5 frames/s analysed, model yolox_nano, 10 s of video, median of 1 rounds" in text
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    assert rows["detect"] == ["0.0200", "0.1100"]
    assert rows["total"] == ["0.0300", "0.1200"]
    assert rows["events"] == ["1", "1", "equal"]
    assert "ratio 0.25 of detecting every frame" in text
    assert "NOT equal" in table_of(result([replace(gated, events=())], [every]))


def test_footage_is_run_both_ways_with_the_same_rules(tmp_path: Path) -> None:
    write_quiet_clip(tmp_path / "clip.mp4", length_s=2, enters_s=1, fps=5)
    done = bench(BenchOptions(source=str(tmp_path / "clip.mp4"), model="none", rounds=1))
    (gated,), (every,) = done.gated, done.every_frame
    assert gated.frames == every.frames == 10
    assert {"decode", "motion", "detect", "track", "rules"} <= set(gated.cpu_s)
    assert done.events_are_equal
    assert done.frame_size_px == (640, 480)


def test_senseless_number_of_rounds_is_refused() -> None:
    with pytest.raises(ConfigError, match="--rounds: 0 is out of range"):
        BenchOptions(rounds=0)
