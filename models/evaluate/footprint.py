"""How far the ground that a shed covers is told from its outline: simulated sheds, with and without eaves.

Beside it, for what the fit of a block is worth: the error of the outline taken as lying on the ground.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from shapely import MultiPoint, Polygon, get_coordinates

from edge_agent.geolocate import CalibratedPlane, GeolocateParams, calibrate
from edge_agent.silhouettes import block_of
from models.evaluate.geotag_cameras import SIZE_PX, Points, YardCamera, click

WANTED_ERROR = 0.2
"""As part of the true area: what the project asks of itself."""
BANDS_M = (0.0, 0.12, 0.25)
"""Upper ends of the eaves by which figures are told apart."""
_OUTLINE_SIGMA_PX, _HALO_PX, _HALO_SIGMA_PX = 1.5, 0.7, 1.0
"""Error of each corner; what a silhouette takes in around a thing, and how much that differs."""
_SMALLEST_PX2, _MARGIN_PX = 2500.0, 5.0
_BOX = np.array([(a, b, up) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for up in (0.0, 1.0)])


@dataclass(frozen=True, slots=True)
class Shed:
    """A simulated shed: place of its middle, turn in radians, sizes in metres; its roof rises to one side."""

    place_m: tuple[float, float]
    turn: float
    length_m: float
    width_m: float
    height_m: float
    eaves_m: float
    rise_m: float

    @property
    def area_m2(self) -> float:
        """The ground that its walls enclose."""
        return self.length_m * self.width_m

    def corners_m(self) -> Points:
        """Give the eight corners (8, 3): walls below, the edge of the roof above."""
        sizes = np.array([self.length_m, self.width_m]) + 2 * self.eaves_m * _BOX[:, 2:]
        turn = np.array([[np.cos(self.turn), np.sin(self.turn)], [-np.sin(self.turn), np.cos(self.turn)]])
        heights = _BOX[:, 2] * (self.height_m + self.rise_m * (_BOX[:, 1] > 0))
        return np.column_stack([(_BOX[:, :2] * sizes) @ turn + self.place_m, heights])


@dataclass(frozen=True, slots=True)
class Told:
    """One shed and what was told of it: errors as parts of the true area, positive for too large."""

    eaves_m: float
    block: float
    on_the_ground: float


@dataclass(frozen=True, slots=True)
class FootprintFigures:
    """The figures of the sheds of one band of eaves. Errors are parts of the true area."""

    sheds: int
    median_error: float
    bias: float
    within_wanted: float
    median_error_on_the_ground: float


def simulate(
    count: int, seed: int, step: Callable[[], None] = lambda: None
) -> tuple[dict[str, FootprintFigures], int]:
    """Draw so many sheds before cameras from a seed.

    Gives the figures by band of eaves and of all, and of how many sheds no area was told. `step` is called
    after each.
    """
    rng = np.random.default_rng(seed)
    told: list[Told] = []
    untold = 0
    while len(told) < count:
        camera = _camera(rng)
        clicked = click(camera, rng, 0.0, GeolocateParams().control_point_sigma_m)
        plane = calibrate(clicked.control_points(), None, GeolocateParams(), SIZE_PX).plane
        shed = _shed(camera, rng)
        seen = _outline(camera, shed, rng)
        if seen is None:
            continue
        one = _told(shed, seen, plane)
        if one is None:
            untold += 1
            continue
        told.append(one)
        step()
    return _by_band(told), untold


def _camera(rng: np.random.Generator) -> YardCamera:
    """Draw a camera above a roof: 4-10 m, looking down more steeply than those beside bins."""
    return YardCamera(
        height_m=rng.uniform(4, 10),
        yaw=rng.uniform(0, 2 * np.pi),
        tilt=np.radians(rng.uniform(17, 37)),
        roll=np.radians(rng.normal(0, 1.5)),
        focal_px=SIZE_PX[0] * rng.uniform(0.475, 0.82),
    )


def _shed(camera: YardCamera, rng: np.random.Generator) -> Shed:
    distance, bearing = rng.uniform(7, 18), camera.yaw + rng.uniform(-0.4, 0.4)
    return Shed(
        place_m=(distance * np.sin(bearing), distance * np.cos(bearing)),
        turn=rng.uniform(0, np.pi),
        length_m=rng.uniform(2, 4.5),
        width_m=rng.uniform(1.8, 4),
        height_m=rng.uniform(2.1, 2.9),
        eaves_m=rng.uniform(0, BANDS_M[-1]) if rng.random() < 0.6 else 0.0,
        rise_m=rng.uniform(0, 0.4),
    )


def _outline(camera: YardCamera, shed: Shed, rng: np.random.Generator) -> Polygon | None:
    """Give the outline as a silhouette tells it; None where it is small or cut off by the picture's edge."""
    pixels = camera.see(shed.corners_m())
    if not np.isfinite(pixels).all():
        return None
    if not (np.minimum(pixels, SIZE_PX - pixels) > _MARGIN_PX).all():
        return None
    hull = get_coordinates(MultiPoint(pixels).convex_hull)[:-1]
    rough = Polygon(hull + rng.normal(0, _OUTLINE_SIGMA_PX, hull.shape))
    seen = rough.buffer(rng.normal(_HALO_PX, _HALO_SIGMA_PX)).convex_hull
    return seen if isinstance(seen, Polygon) and seen.area >= _SMALLEST_PX2 else None


def _told(shed: Shed, seen: Polygon, plane: CalibratedPlane) -> Told | None:
    block = block_of(seen, plane)
    if block is None:
        return None
    flat = Polygon(plane.to_ground_m(np.array(seen.exterior.coords))).area
    return Told(shed.eaves_m, block.footprint_m2 / shed.area_m2 - 1, flat / shed.area_m2 - 1)


def _by_band(told: Sequence[Told]) -> dict[str, FootprintFigures]:
    low, bands = -1.0, {}
    for high in BANDS_M:
        name = f"eaves up to {100 * high:.0f} cm" if high else "no eaves"
        bands[name] = [one for one in told if low < one.eaves_m <= high]
        low = high
    bands["all"] = list(told)
    return {name: _figures(some) for name, some in bands.items() if some}


def _figures(told: Sequence[Told]) -> FootprintFigures:
    errors = np.array([one.block for one in told])
    flat = np.array([one.on_the_ground for one in told])
    return FootprintFigures(
        len(told),
        float(np.median(np.abs(errors))),
        float(np.median(errors)),
        float(np.mean(np.abs(errors) <= WANTED_ERROR)),
        float(np.median(np.abs(flat))),
    )
