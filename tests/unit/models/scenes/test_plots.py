"""Every plot can be told without a renderer, and keeps to what its description says."""

import pytest

from models.scenes.__main__ import main
from models.scenes.plots import PLOTS
from models.scenes.plots.plot import Plot
from models.scenes.records import camera_toml
from models.scenes.shapes.thing import Thing
from models.scenes.windows import window_of

ALL = pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)


def in_the_end(plot: Plot) -> list[Thing]:
    return list(plot.things(plot.seconds - 1 / plot.fps))


@ALL
def test_zones_and_control_points_lie_in_the_picture(plot: Plot) -> None:
    camera, place = plot.place.camera, plot.place
    corners = [(x, y, zone.height_m) for zone in place.zones for x, y in zone.corners_m]
    for x, y, z in [*corners, *((x, y, place.ground_m) for x, y in place.control_points_m)]:
        u, v = camera.pixel(x, y, z)
        assert 0 <= u <= camera.width_px, (x, y)
        assert 0 <= v <= camera.height_px, (x, y)
    assert len(place.control_points_m) >= 8


@ALL
def test_names_of_things_are_unique_at_every_instant(plot: Plot) -> None:
    for frame in range(0, plot.frames, 7):
        names = [thing.name for thing in plot.things(frame / plot.fps)]
        assert len(names) == len(set(names))


@ALL
def test_what_deserves_an_event_is_there_from_its_start(plot: Plot) -> None:
    for event in plot.events:
        assert 0 < event.start_s < plot.seconds
        for start_s, things in event.looks:
            shown = {thing.name for thing in plot.things(start_s + 1 / plot.fps)}
            assert {thing.name for thing in things} <= shown


@ALL
def test_every_clip_waits_for_its_alarm(plot: Plot) -> None:
    for event in plot.events:
        dwell_s = plot.rules.get(event.kind, {}).get("alarm_after_s", 0.0)
        assert event.start_s + dwell_s + 10.0 < (event.end_s or plot.seconds)


@ALL
def test_settings_can_be_written(plot: Plot) -> None:
    assert f'id = "{plot.name}"' in camera_toml(plot, "clip.mp4")


@pytest.mark.parametrize(
    ("name", "lowest_m", "highest_m"),
    [
        ("fire-lane-car", 2.4, 2.9),  # a saloon of 1.8 m with mirrors against the edge of 5.0 m
        ("fire-lane-e-bikes-3m5", 3.5, 3.5),
    ],
)
def test_the_clear_width_is_as_announced(name: str, lowest_m: float, highest_m: float) -> None:
    (event,) = PLOTS[name].events
    assert event.clear_width_m is not None
    assert lowest_m - 0.001 <= event.clear_width_m <= highest_m + 0.001


def test_the_other_row_of_bikes_leaves_enough() -> None:
    from models.scenes.lane_width import clear_width_m

    plot = PLOTS["fire-lane-e-bikes-4m5"]
    lane = plot.place.lane_m
    assert lane is not None
    assert clear_width_m(lane, in_the_end(plot)) == pytest.approx(4.5, abs=0.001)


def test_the_delivery_is_shorter_than_the_dwell() -> None:
    plot = PLOTS["fire-lane-delivery"]
    at = [
        (float(thing.matrix[1, 3]), frame / plot.fps)
        for frame in range(plot.frames)
        for thing in plot.things(frame / plot.fps)
    ]
    nearest = min(y for y, _ in at)
    stood = [t for y, t in at if y < nearest + 0.05]
    dwell_s = plot.rules["blocked_fire_lane"]["alarm_after_s"]
    assert 15 < stood[-1] - stood[0] < dwell_s
    assert not in_the_end(plot)


def test_when_nothing_wrong_happens_nothing_is_left() -> None:
    assert [thing.label for thing in in_the_end(PLOTS["people-and-a-bin"])] == ["garbage_bin"]


@ALL
def test_everything_that_deserves_an_event_shows(plot: Plot) -> None:
    for event in plot.events:
        for start_s, things in event.looks:
            for thing in things:
                assert window_of(thing, plot.place.camera, plot.light_at(start_s), 0.0) is not None


def test_the_list_names_every_scene(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in PLOTS)


def test_an_unknown_scene_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "moon", "--work", "w", "--out", "o"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("scenes: moon: no such scene")
    assert said.count("\n") == 1
