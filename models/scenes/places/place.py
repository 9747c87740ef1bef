"""A place that a camera watches: everything that stands still there, and what is known about the camera."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.scenes.light import Light
from models.scenes.pinhole import Camera, Origin
from models.scenes.shapes.thing import Parts, Thing

Ground = tuple[tuple[float, float], ...]
"""Places on the ground in metres."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the camera's settings, its corners on the ground in metres."""

    zone_id: str
    kind: str
    corners_m: Ground
    height_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Surroundings, camera and light. `lane_m` is the left and right edge of a fire lane along y."""

    name: str
    origin: Origin
    camera: Camera
    light: Light
    surroundings: tuple[Thing, ...]
    zones: tuple[Zone, ...]
    control_points_m: Ground
    lane_m: tuple[float, float] | None = None
    wet: float = 0.0
    ground_m: float = 0.0
    """Height of the surface that control points lie on."""


class Stage:
    """Collects the things of a place under names of their own."""

    def __init__(self) -> None:
        self._things: list[Thing] = []

    def put(
        self,
        parts: Parts,
        x_m: float,
        y_m: float,
        heading_deg: float = 0.0,
        label: str = "",
        z_m: float = 0.0,
    ) -> None:
        """Stand a thing there."""
        name = f"surroundings-{len(self._things)}"
        self._things.append(Thing(name, parts, label=label).at(x_m, y_m, heading_deg, z_m))

    def lay(self, layers: Sequence[Parts]) -> None:
        """Lay flat things given in world coordinates."""
        for parts in layers:
            self.put(parts, 0.0, 0.0)

    def things(self) -> tuple[Thing, ...]:
        """Give what was collected."""
        return tuple(self._things)
