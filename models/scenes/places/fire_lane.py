"""Two fire lanes between houses, one for cars and one beside which e-bikes are parked."""

import numpy as np

from models.scenes.light import Light
from models.scenes.pinhole import Camera, Origin
from models.scenes.places.place import Place, Stage, Zone
from models.scenes.shapes import buildings, plants, street, two_wheelers, vehicles
from models.scenes.shapes.looks import Look

NOON = Light(sun_from_deg=160, sun_height_deg=58, sun_w_m2=3.0, sky_strength=0.85)
EVENING = Light(
    sun_from_deg=250,
    sun_height_deg=33,
    sun_w_m2=2.6,
    sun_colour=(1.0, 0.84, 0.66),
    sky_strength=0.85,
    exposure_stops=0.45,
)


def _lane(rng: np.random.Generator, edges_m: tuple[float, float], far_m: float, tone: float) -> Stage:
    """Houses along both sides of a lane that runs north."""
    left, right = edges_m
    stage = Stage()
    asphalt = Look("asphalt", (tone, tone, tone * 1.02))
    stage.lay([street.ground(asphalt, (left - 0.2, -4), (right + 0.2, 60))])
    side = Look("tiles", (0.42, 0.4, 0.38), second=(0.2, 0.2, 0.2), grain_m=0.3)
    stage.lay(
        [
            street.ground(side, (-30, -4), (left - 0.2, 60), 0.03),
            street.ground(side, (right + 0.2, -4), (30, 60), 0.03),
        ]
    )
    stage.lay([street.kerb((x, 0), (x, 45), 0.1) for x in (left - 0.2, right + 0.2)])
    lines = street.hatched_lane(left, right, 6.0, far_m)
    stage.lay([street.markings(lines, street.YELLOW, (tone, tone, tone))])
    stage.put(buildings.front(rng, 9, 4), left - 4.6, 20, -90)
    stage.put(buildings.front(rng, 9, 4), right + 4.6, 20, 90)
    stage.put(buildings.front(rng, 8, 5), 0.0, 44)
    return stage


def lane() -> Place:
    """A lane of 5 m with a sign and trees; the camera hangs at 4.2 m above its end."""
    rng = np.random.default_rng(911)
    edges = (-2.5, 2.5)
    stage = _lane(rng, edges, 30.0, 0.16)
    for x, y in ((-4.4, 12.0), (-4.3, 21.0), (4.5, 17.0), (4.4, 27.0)):
        stage.put(plants.tree(rng, 5.2, 2.4), x, y)
    stage.put(plants.hedge(rng, 7.0), 5.4, 11.0, 90)
    stage.put(street.notice(0.9, 0.6, (0.55, 0.05, 0.04)), 3.5, 9.0, -20)
    stage.put(street.lamp_post(5.0, 1.2, 0.0), -3.3, 15.5, 0)
    stage.put(two_wheelers.scooter((0.05, 0.05, 0.055)), -4.0, 9.2, 75, "two_wheeler")
    stage.put(two_wheelers.bicycle((0.6, 0.05, 0.05)), -4.1, 10.1, 70, "two_wheeler")
    return Place(
        name="lane",
        origin=Origin(121.5455004, 31.2420543),
        camera=Camera((0.9, 0.0, 4.2), heading_deg=-4.0, tilt_deg=17.0, field_of_view_deg=58.0),
        light=NOON,
        surroundings=stage.things(),
        zones=(Zone("lane", "fire_lane", ((-2.5, 6.5), (2.5, 6.5), (2.5, 30.0), (-2.5, 30.0))),),
        control_points_m=(
            (-2.43, 7.0),
            (2.43, 7.0),
            (2.43, 14.0),
            (-2.43, 14.0),
            (2.43, 22.0),
            (-2.43, 22.0),
            (-2.43, 30.0),
            (2.43, 30.0),
            (0.0, 10.5),
            (0.8, 17.5),
        ),
        lane_m=edges,
    )


def bike_lane() -> Place:
    """A lane of 5.4 m before an entrance where e-bikes are left; low evening sun."""
    rng = np.random.default_rng(1207)
    edges = (-2.7, 2.7)
    stage = _lane(rng, edges, 26.0, 0.19)
    for x, y in ((-4.6, 16.5), (4.6, 13.0), (4.7, 23.0)):
        stage.put(plants.tree(rng, 5.4, 2.6), x, y)
    stage.put(plants.hedge(rng, 8.0), -4.9, 22.0, 90)
    stage.put(street.notice(0.9, 0.6, (0.55, 0.05, 0.04)), -3.7, 8.8, 20)
    stage.put(street.lamp_post(5.0, 1.2, 0.0), 3.5, 18.0, 180)
    stage.put(vehicles.car(vehicles.SUV, (0.5, 0.51, 0.52)), 6.2, 30.0, 10, "car")
    return Place(
        name="bike-lane",
        origin=Origin(121.5484455, 31.2411735),
        camera=Camera((-1.1, 0.0, 3.9), heading_deg=4.0, tilt_deg=18.0, field_of_view_deg=60.0),
        light=EVENING,
        surroundings=stage.things(),
        zones=(Zone("lane", "fire_lane", ((-2.7, 6.0), (2.7, 6.0), (2.7, 26.0), (-2.7, 26.0))),),
        control_points_m=(
            (-2.63, 7.0),
            (2.63, 7.0),
            (2.63, 13.0),
            (-2.63, 13.0),
            (2.63, 20.0),
            (-2.63, 20.0),
            (-2.63, 26.0),
            (2.63, 26.0),
            (0.2, 9.5),
            (-0.7, 15.5),
        ),
        lane_m=edges,
    )
