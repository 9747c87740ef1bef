"""How far geotags are from the truth, and whether they say so: thousands of simulated placements.

Two figures of error: of the calibration alone (an exact pixel on the ground), and of the whole chain (a
detector's box around a bag, control points surveyed with the errors that the settings state). The rival is
what a simple program does: a homography through the four outermost control points, and the bottom centre of
the box.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import numpy as np

from edge_agent.geolocate import CalibratedPlane, CameraLocator, GeolocateParams, calibrate
from edge_agent.types import BoxXyxy, Event, GroundFix
from models.evaluate.geotag_cameras import (
    EARTH,
    SIZE_PX,
    Clicked,
    Points,
    YardCamera,
    bag_box,
    click,
    draw_camera,
    scatter,
)
from wire_contract.vocabulary import EventKind, EventPhase

BAGS_PER_CAMERA = 10
_NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
_POLE = (EARTH.lon, EARTH.lat)


@dataclass(frozen=True, slots=True)
class Spread:
    """Errors in metres: the median and the 95th percentile."""

    median_m: float
    p95_m: float


@dataclass(frozen=True, slots=True)
class GeotagFigures:
    """What a campaign found. `plain` is the rival; `ratio` compares 95th percentiles."""

    placements: int
    refused: int
    ellipse_coverage: float
    circle_coverage: float
    error: Spread
    plain_error: Spread
    calibration_error: Spread
    plain_calibration_error: Spread

    @property
    def calibration_ratio(self) -> float:
        """The calibration's 95th percentile as part of the rival's, at the same clicks."""
        return self.calibration_error.p95_m / self.plain_calibration_error.p95_m

    def as_table(self) -> dict[str, object]:
        """Give the figures for JSON."""
        return asdict(self) | {"calibration_p95_ratio": self.calibration_ratio}


@dataclass(slots=True)
class _Collected:
    errors: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    calibration: list[float] = field(default_factory=list)
    plain_calibration: list[float] = field(default_factory=list)
    in_ellipse: list[bool] = field(default_factory=list)
    in_circle: list[bool] = field(default_factory=list)
    refused: int = 0


def simulate(
    placements: int, seed: int, params: GeolocateParams, step: Callable[[], None] = lambda: None
) -> GeotagFigures:
    """Place so many bags before cameras drawn from a seed; `step` is called after each camera."""
    rng, found = np.random.default_rng(seed), _Collected()
    while len(found.errors) < placements:
        _one_camera(draw_camera(rng), params, rng, found)
        step()
    return GeotagFigures(
        len(found.errors),
        found.refused,
        float(np.mean(found.in_ellipse)),
        float(np.mean(found.in_circle)),
        *(_spread(each) for each in (found.errors, found.plain, found.calibration, found.plain_calibration)),
    )


def _one_camera(
    camera: YardCamera, params: GeolocateParams, rng: np.random.Generator, found: _Collected
) -> None:
    clicked = click(camera, rng, params.survey_sigma_m, params.control_point_sigma_m)
    plane = calibrate(clicked.control_points(), None, params, SIZE_PX).plane
    locator, plain = CameraLocator(_POLE, plane, params), plain_homography(clicked.widest_four())
    for place in scatter(camera, rng, BAGS_PER_CAMERA):
        box = bag_box(camera, rng, place, params)
        fix = None if box is None else locator.locate(_event(box))
        if box is None or fix is None:
            continue
        if fix.ellipse is None:
            found.refused += 1
            continue
        miss = EARTH.to_metres([(fix.lon, fix.lat)])[0] - place
        found.errors.append(float(np.hypot(*miss)))
        found.in_ellipse.append(_holds(fix, miss))
        found.in_circle.append(found.errors[-1] <= fix.error_m)
        found.plain.append(float(np.hypot(*(_raise(plain, ((box[0] + box[2]) / 2, box[3])) - place))))
        (pixel,) = camera.see(np.array([[*place, 0.0]]))
        found.calibration.append(float(np.hypot(*(_ground(plane, pixel) - place))))
        found.plain_calibration.append(float(np.hypot(*(_raise(plain, pixel) - place))))


def plain_homography(clicked: Clicked) -> Points:
    """Give the map (3, 3) from pixels to metres through four points, by the direct linear transform."""
    rows = []
    for (u, v), (x, y) in zip(clicked.clicks_px, clicked.surveyed_m, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x, -x], [0, 0, 0, u, v, 1, -u * y, -v * y, -y]]
    return np.asarray(np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3), dtype=np.float64)


def _raise(plain: Points, pixel: Points | tuple[float, float]) -> Points:
    raised = plain @ np.array([*pixel, 1.0])
    return np.asarray(raised[:2] / raised[2], dtype=np.float64)


def _ground(plane: CalibratedPlane, pixel: Points) -> Points:
    """Give the place of a pixel in metres of EARTH."""
    places = EARTH.to_metres(plane.earth.to_lonlat(plane.to_ground_m([pixel])))
    return np.asarray(places[0], dtype=np.float64)


def _holds(fix: GroundFix, miss_m: Points) -> bool:
    """Tell whether the truth, seen from the fix, lies inside its 95 % ellipse."""
    if fix.ellipse is None:
        return False
    azimuth = np.radians(fix.ellipse.azimuth_deg)
    along = miss_m @ (np.sin(azimuth), np.cos(azimuth)) / fix.ellipse.major_m
    across = miss_m @ (np.cos(azimuth), -np.sin(azimuth)) / fix.ellipse.minor_m
    return bool(along**2 + across**2 <= 1.0)


def _spread(errors: list[float]) -> Spread:
    return Spread(float(np.median(errors)), float(np.percentile(errors, 95)))


def _event(box: BoxXyxy) -> Event:
    return Event(
        event_id="simulated",
        sequence=0,
        kind=EventKind.GARBAGE_DROP,
        phase=EventPhase.OPENED,
        zone_id="yard",
        started_at=_NOON,
        raised_at=_NOON,
        closed_at=None,
        score=1.0,
        label="garbage",
        box_xyxy_px=box,
        frame_size_px=SIZE_PX,
    )
