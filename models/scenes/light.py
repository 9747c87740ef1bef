"""Where light comes from: sun and sky, an overcast sky, or lamps under a dark one."""

from dataclasses import dataclass

from models.scenes.shapes.looks import Colour
from models.scenes.shapes.mesh import Vector


@dataclass(frozen=True, slots=True)
class Lamp:
    """A round lamp that shines downwards."""

    at_m: Vector
    power_w: float
    colour: Colour = (1.0, 0.72, 0.42)
    radius_m: float = 0.18


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a scene. `sun_from_deg` counts clockwise from north; `sun_w_m2` 0 is overcast or night.

    `exposure_stops` is what the camera's automatic exposure adds.
    """

    sun_from_deg: float = 215.0
    sun_height_deg: float = 48.0
    sun_w_m2: float = 3.2
    sun_colour: Colour = (1.0, 0.95, 0.88)
    sky_colour: Colour = (0.55, 0.7, 1.0)
    horizon_colour: Colour = (0.85, 0.88, 0.92)
    sky_strength: float = 0.75
    exposure_stops: float = 0.0
    lamps: tuple[Lamp, ...] = ()


OVERCAST = Light(
    sun_w_m2=0.0,
    sky_colour=(0.8, 0.84, 0.88),
    horizon_colour=(0.85, 0.87, 0.88),
    sky_strength=1.05,
    exposure_stops=0.25,
)
