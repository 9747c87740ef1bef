"""Drawn stories, quick footage for tests: a bag left at the bins, a car in a fire lane, a shed on a roof.

A story knows its camera, what stands where at each instant, and its truth: events with times, boxes, places.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.drawn_scenes import props
from tests.drawn_scenes.camera import SceneCamera
from tests.drawn_scenes.canvas import Canvas, Colour, Light, Picture
from tests.drawn_scenes.ground import Marking, Wall, paved, plate

Polygon = tuple[tuple[float, float], ...]
"""Ground corners in metres."""


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """What really happens; seconds from the start of the clip, box in pixels, middle of its ground."""

    kind: str
    started_s: float
    ended_s: float | None
    box_xyxy_px: tuple[float, float, float, float]
    place_m: tuple[float, float]
    clear_width_m: float | None = None


@dataclass(frozen=True, slots=True)
class SceneZone:
    """A zone of the camera's settings, as ground corners in metres."""

    zone_id: str
    kind: str
    corners_m: Polygon


@dataclass(frozen=True, slots=True)
class Story:
    """A clip to be drawn: `seconds_per_frame` of the world pass between frames, the file plays at `fps`."""

    name: str
    camera: SceneCamera
    empty: Callable[[], Picture]
    things: Callable[[Canvas, float], None]
    light: Callable[[float], Light]
    frames: int
    fps: int
    seconds_per_frame: float
    zones: tuple[SceneZone, ...]
    control_points_m: tuple[tuple[float, float], ...]
    events: tuple[TrueEvent, ...]
    rules: dict[str, dict[str, float]]
    noise: float = 3.0


def _box(
    camera: SceneCamera, low: tuple[float, float, float], high: tuple[float, float, float]
) -> tuple[float, float, float, float]:
    corners = np.array(
        [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    pixels = camera.project(corners)
    left, top = pixels.min(axis=0)
    right, bottom = pixels.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


# a bag at the bin station

BEARER = props.Clothes(coat=(120, 72, 44), trousers=(70, 60, 58))
PASSER_BY = props.Clothes(coat=(70, 96, 150), trousers=(62, 52, 44))
CLEANER = props.Clothes(coat=(40, 150, 220), trousers=(60, 56, 50))
BINS = (
    ((-2.4, 10.2), (70, 110, 52)),
    ((-1.6, 10.2), (72, 70, 70)),
    ((-0.4, 10.2), (150, 92, 40)),
    ((0.4, 10.2), (56, 52, 168)),
)


@dataclass(frozen=True, slots=True)
class BagDrop:
    """A bag, who brings it and when it is set down and taken away, in seconds of the clip."""

    at_m: tuple[float, float]
    dropped_s: float
    taken_s: float
    colour: Colour
    bearer: props.Clothes


BAG_WIDTH_M, BAG_HEIGHT_M = 0.5, 0.55
FIRST_BAG = BagDrop((1.5, 7.6), 12.0, math.inf, props.BLACK_BAG, BEARER)
SECOND_BAG = BagDrop((-2.2, 6.4), 40.0, 72.0, props.RED_BAG, PASSER_BY)


def _walk(
    canvas: Canvas, seconds: float, path: tuple[tuple[float, float, float], ...], wear: props.Clothes
) -> tuple[float, float] | None:
    """Let a person walk along (second, x, y) points; gives the place, or None outside the path's time."""
    times = [point[0] for point in path]
    if not times[0] <= seconds <= times[-1]:
        return None
    x, y = (float(np.interp(seconds, times, [point[axis] for point in path])) for axis in (1, 2))
    ahead = min(seconds + 0.3, times[-1])
    step = np.array([np.interp(ahead, times, [point[axis] for point in path]) for axis in (1, 2)]) - [x, y]
    length = float(np.hypot(*step))
    heading = (float(step[0]) / length, float(step[1]) / length) if length > 0.02 else (0.0, 1.0)
    props.person(canvas, (x, y), heading, seconds * 6.2 if length > 0.02 else 0.0, wear)
    return x, y


def _bin_station_things(canvas: Canvas, seconds: float) -> None:
    for at_m, colour in BINS:
        props.bin_with_lid(canvas, at_m, colour)
    _bring_bag(canvas, seconds, FIRST_BAG)
    _bring_bag(canvas, seconds, SECOND_BAG)
    _walk(canvas, seconds, ((92, 8.5, 6.3), (103, -8.5, 6.2)), PASSER_BY)
    x, y = SECOND_BAG.at_m
    taken_s = SECOND_BAG.taken_s
    cleaner = _walk(
        canvas,
        seconds,
        (
            (taken_s - 6, 8.5, y - 0.3),
            (taken_s - 1, x + 0.6, y - 0.3),
            (taken_s + 1, x + 0.6, y - 0.3),
            (taken_s + 8, 9, y),
        ),
        CLEANER,
    )
    if cleaner and seconds >= taken_s:
        props.carried_bag(canvas, cleaner, 0.32, SECOND_BAG.colour)


def _bring_bag(canvas: Canvas, seconds: float, drop: BagDrop) -> None:
    """Let the bearer come from the left, set the bag down and leave to the right."""
    (x, y), at_s = drop.at_m, drop.dropped_s
    path = ((at_s - 8, -8.5, y - 0.2), (at_s - 2, x - 0.5, y - 0.2), (at_s + 1.5, x - 0.5, y - 0.1))
    bearer = _walk(
        canvas, seconds, (*path, (at_s + 2.5, x + 0.4, y - 0.7), (at_s + 8, 8.6, y - 1.2)), drop.bearer
    )
    if bearer and seconds < at_s:
        props.carried_bag(canvas, bearer, 0.32, drop.colour)
    if at_s <= seconds < drop.taken_s:
        props.bag(canvas, drop.at_m, BAG_WIDTH_M, BAG_HEIGHT_M, drop.colour)


def _dropped(camera: SceneCamera, drop: BagDrop) -> TrueEvent:
    (x, y), half = drop.at_m, BAG_WIDTH_M / 2
    box = _box(camera, (x - half, y, 0), (x + half, y, BAG_HEIGHT_M))
    ended_s = None if math.isinf(drop.taken_s) else drop.taken_s
    return TrueEvent("garbage_drop", drop.dropped_s, ended_s, box, drop.at_m)


def bin_station(seed: int = 7) -> Story:
    """Two residents leave a bag each; somebody passes; a cleaner takes the second bag away."""
    camera = SceneCamera(height_m=3.6, tilt_deg=21)

    def empty() -> Picture:
        rng = np.random.default_rng(seed)
        texture = paved(rng, 26, 15, (136, 146, 152), 0.5)
        walls = (Wall((-13, 11.4), (13, 11.4), 6.0, (150, 176, 190), windows=7),)
        kerb = Marking(((-13, 11.0), (13, 11.0), (13, 11.4), (-13, 11.4)), (110, 112, 114), 0.9)
        return plate(camera, texture, (-13, 1.6), (214, 198, 184), walls, (kerb,), rng)

    return Story(
        name="bin-station",
        camera=camera,
        empty=empty,
        things=_bin_station_things,
        light=lambda _: Light(),
        frames=750,
        fps=5,
        seconds_per_frame=0.2,
        zones=(
            SceneZone("forecourt", "drop_zone", ((-4.2, 4.5), (4.2, 4.5), (5.2, 11.0), (-5.2, 11.0))),
            SceneZone("bins", "bin", ((-2.9, 9.9), (0.9, 9.9), (0.9, 11.0), (-2.9, 11.0))),
        ),
        control_points_m=((-3, 5), (3, 5), (4, 10), (-4, 10), (0, 7.5), (-2, 6)),
        events=tuple(_dropped(camera, drop) for drop in (FIRST_BAG, SECOND_BAG)),
        rules={"garbage_drop": {"alarm_after_s": 15}},
    )


# a car in the fire lane

LANE_LEFT_M, LANE_RIGHT_M = -2.5, 2.5
CAR_AT_M = (-1.3, 13.0)
CAR_STOPS_S = 14.0


def _car_y(seconds: float) -> float:
    far, near = 34.0, CAR_AT_M[1]
    return float(np.interp(seconds, [6, CAR_STOPS_S - 2, CAR_STOPS_S], [far, near + 1.2, near]))


def _fire_lane_things(canvas: Canvas, seconds: float) -> None:
    if seconds >= 6:
        props.car(canvas, (CAR_AT_M[0], _car_y(seconds)), (196, 192, 188))
    _walk(canvas, seconds, ((2, 1.8, 4.5), (24, 1.9, 26.0)), PASSER_BY)
    _walk(canvas, seconds, ((44, 1.6, 27.0), (64, 1.5, 4.0)), BEARER)


def _empty_lane(camera: SceneCamera, seed: int) -> Picture:
    rng = np.random.default_rng(seed)
    texture = paved(rng, 16, 38, (112, 112, 110), 0)
    lines = [
        Marking(((side, 2), (side + 0.15, 2), (side + 0.15, 38), (side, 38)), (40, 190, 225))
        for side in (LANE_LEFT_M, LANE_RIGHT_M - 0.15)
    ]
    hatch = [
        Marking(((-2.3, y), (2.3, y + 3.0), (2.3, y + 3.25), (-2.3, y + 0.25)), (48, 180, 214), 0.6)
        for y in range(4, 34, 5)
    ]
    walls = (
        Wall((-4.6, 2), (-4.6, 38), 7.0, (158, 170, 186), windows=9),
        Wall((4.6, 38), (4.6, 2), 7.0, (140, 162, 176), windows=9),
        Wall((-4.6, 38), (4.6, 38), 7.0, (168, 176, 182), windows=3),
    )
    return plate(camera, texture, (-8, 2), (224, 208, 192), walls, (*lines, *hatch), rng)


def fire_lane(seed: int = 11) -> Story:
    """A car drives into the lane and stays: 5.0 m between the kerbs, 2.8 m left beside it."""
    camera = SceneCamera(height_m=4.5, tilt_deg=17, lon=121.5642, lat=31.2481)

    x, y = CAR_AT_M
    return Story(
        name="fire-lane",
        camera=camera,
        empty=partial(_empty_lane, camera, seed),
        things=_fire_lane_things,
        light=lambda _: Light(shadow_per_m=(0.4, 0.2)),
        frames=600,
        fps=5,
        seconds_per_frame=0.2,
        zones=(
            SceneZone(
                "lane",
                "fire_lane",
                ((LANE_LEFT_M, 5), (LANE_RIGHT_M, 5), (LANE_RIGHT_M, 32), (LANE_LEFT_M, 32)),
            ),
        ),
        control_points_m=((-2.5, 6), (2.5, 6), (2.5, 24), (-2.5, 24), (0, 12), (1.5, 18)),
        events=(
            TrueEvent(
                "blocked_fire_lane",
                CAR_STOPS_S,
                None,
                _box(camera, (x - 0.9, y, 0), (x + 0.9, y + 4.4, 1.43)),
                (x, y + 2.2),
                clear_width_m=LANE_RIGHT_M - (x + 0.9),
            ),
        ),
        rules={"blocked_fire_lane": {"alarm_after_s": 25, "min_clear_width_m": 4.0}},
    )


# a shed on the roof

HOUR_S = 3600.0
STILLS_PER_DAY = 10
SHED_AT_M, SHED_SIZE_M = (1.2, 12.0), (3.4, 2.6, 2.3)
SHED_STARTS_DAY = 3


def _day_and_hour(seconds: float) -> tuple[int, float]:
    still = round(seconds / (24 * HOUR_S / STILLS_PER_DAY))
    return still // STILLS_PER_DAY, 8.0 + still % STILLS_PER_DAY


def _roof_light(seconds: float) -> Light:
    day, hour = _day_and_hour(seconds)
    cloudy = day % 4 == 2
    side = (hour - 12.5) / 4.5
    return Light(
        shadow_per_m=(-side * 1.1, 0.35 + 0.25 * abs(side)),
        sun=0.06 if cloudy else 0.36 * (1 - 0.4 * abs(side)),
        sky=0.62 if cloudy else 0.74,
    )


def _roof_things(canvas: Canvas, seconds: float) -> None:
    day, _ = _day_and_hour(seconds)
    canvas.box((-5.4, 13.0, 0), (-3.6, 15.0, 2.2), (150, 158, 164))
    canvas.box((4.9, 9.6, 0), (5.9, 10.6, 0.9), (186, 186, 182))
    if day in (1, 5):
        props.laundry(canvas, (-3.2, 9.0), ((210, 210, 214), (120, 90, 190), (200, 170, 90)))
    if day >= SHED_STARTS_DAY:
        share = min(1.0, 0.55 + 0.25 * (day - SHED_STARTS_DAY))
        props.shed(canvas, SHED_AT_M, (SHED_SIZE_M[0] * share, SHED_SIZE_M[1], SHED_SIZE_M[2] * share))


def rooftop(seed: int = 23) -> Story:
    """Twelve days on a roof, ten stills a day: laundry comes and goes, shadows turn, a shed is built."""
    camera = SceneCamera(height_m=6.5, tilt_deg=28, lon=121.5583, lat=31.2529)

    def empty() -> Picture:
        rng = np.random.default_rng(seed)
        texture = paved(rng, 24, 17, (128, 138, 142), 1.0)
        parapet = (Wall((-9, 19), (9, 19), 1.1, (160, 166, 170)),)
        return plate(camera, texture, (-12, 2.0), (226, 206, 186), parapet, (), rng)

    x, y = SHED_AT_M
    width, depth, height = SHED_SIZE_M
    day_s = 24 * HOUR_S
    return Story(
        name="rooftop",
        camera=camera,
        empty=empty,
        things=_roof_things,
        light=_roof_light,
        frames=12 * STILLS_PER_DAY,
        fps=2,
        seconds_per_frame=day_s / STILLS_PER_DAY,
        zones=(SceneZone("roof", "structure_watch", ((-6, 6), (6, 6), (8, 17.5), (-8, 17.5))),),
        control_points_m=((-4, 7), (4, 7), (6, 16), (-6, 16), (0, 11), (2, 9)),
        events=(
            TrueEvent(
                "illegal_structure",
                SHED_STARTS_DAY * day_s,
                None,
                _box(camera, (x, y, 0), (x + width, y + depth, height + 0.12)),
                (x + width / 2, y + depth / 2),
            ),
        ),
        rules={"illegal_structure": {"days_to_confirm": 3}},
        noise=2.0,
    )


STORIES: dict[str, Callable[[], Story]] = {
    "bin-station": partial(bin_station),
    "fire-lane": partial(fire_lane),
    "rooftop": partial(rooftop),
}
