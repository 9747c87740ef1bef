"""Two flat roofs seen from the top of a higher house."""

import numpy as np

from models.scenes.light import Light
from models.scenes.pinhole import Camera, Origin
from models.scenes.places.place import Place, Stage, Zone
from models.scenes.shapes import buildings, roof, street
from models.scenes.shapes.looks import Look, plain
from models.scenes.shapes.mesh import box
from models.scenes.shapes.thing import Part

ROOF_MIDDLE_M = (0.0, 13.0)
ROOF_SIZE_M = (17.0, 14.0)
LINE_M = (-3.4, 10.0)
LINE_LENGTH_M = 4.6
ROOF_ZONE_M = ((-5.4, 8.5), (5.0, 8.5), (7.6, 12.4), (7.9, 19.2), (-7.9, 19.2), (-7.6, 12.4))
"""What is seen of the near roof."""


def _stage() -> Stage:
    rng = np.random.default_rng(1511)
    stage = Stage()
    tiles = Look("tiles", (0.42, 0.41, 0.39), second=(0.2, 0.2, 0.2), grain_m=0.8)
    x, y = ROOF_MIDDLE_M
    stage.put(roof.slab(*ROOF_SIZE_M, 15.0, tiles), x, y)
    stage.put(roof.slab(24.0, 12.0, 15.0, Look("concrete", (0.36, 0.37, 0.38))), 1.5, 33.0)
    stage.put(roof.stair_house(2.6, 3.0, 2.5), -5.9, 16.6)
    stage.put(roof.stair_house(2.6, 3.0, 2.5), 6.5, 35.0)
    stage.put(roof.water_tank(0.75, 2.4), 0.3, 18.2)
    stage.put(roof.water_tank(0.75, 2.4), -4.5, 34.0)
    for number in range(3):
        stage.put(roof.solar_heater(), -4.9 + 2.4 * number, 31.5)
    stage.put(roof.solar_heater(), -2.4, 15.0)
    stage.put(roof.pipes(7.0), 3.9, 17.2)
    stage.put(roof.clothes_line(LINE_LENGTH_M), *LINE_M)
    for number in range(2):
        stage.put(buildings.air_conditioner(), (6.2, 7.1)[number], 8.4 + 0.1 * number, 180)
    pot = (Part(box((-0.22, -0.22, 0), (0.22, 0.22, 0.35)), plain((0.4, 0.18, 0.1), 0.8)),)
    for x, y in ((-7.4, 8.0), (-6.7, 7.7), (-7.6, 9.0)):
        stage.put(pot, x, y)
    stage.put(buildings.front(rng, 14, 9), -4.0, 60.0, z_m=-15.0)
    stage.put(buildings.front(rng, 9, 7), -30.0, 34.0, -60, z_m=-15.0)
    stage.put(buildings.front(rng, 9, 6), 32.0, 38.0, 62, z_m=-15.0)
    stage.put(street.ground(Look("asphalt", (0.17, 0.17, 0.17)), (-90, -20), (90, 140)), 0, 0, z_m=-15.0)
    return stage


def rooftop(light: Light) -> Place:
    """The near roof, on which a shed will be built, and the one behind, on which nothing happens."""
    return Place(
        name=f"rooftop-{light.sun_from_deg:.0f}",
        origin=Origin(121.5639109, 31.250859),
        camera=Camera((-0.5, 0.0, 7.5), heading_deg=1.0, tilt_deg=25.0, field_of_view_deg=64.0),
        light=light,
        surroundings=_stage().things(),
        zones=(
            Zone("roof", "structure_watch", ROOF_ZONE_M),
            Zone("roof-behind", "structure_watch", ((-9.5, 27.8), (12.0, 27.8), (12.6, 38.2), (-10.0, 38.2))),
        ),
        control_points_m=(
            (-4.4, 8.6),
            (4.4, 8.6),
            (7.8, 13.0),
            (-7.8, 12.2),
            (7.8, 19.4),
            (-7.9, 19.4),
            (0.0, 12.6),
            (2.6, 8.0),
            (-2.2, 12.2),
            (6.4, 15.6),
        ),
    )
