"""Two bin stations of a compound, by day, in the rain and at night under a lamp."""

import numpy as np

from models.scenes.light import OVERCAST, Lamp, Light
from models.scenes.pinhole import Camera, Origin
from models.scenes.places.place import Place, Stage, Zone
from models.scenes.shapes import bin_house, bins, buildings, plants, street, two_wheelers, vehicles
from models.scenes.shapes.looks import Look

PAVING = (0.43, 0.41, 0.38)
JOINT = (0.19, 0.18, 0.17)
AFTERNOON = Light(sun_from_deg=215, sun_height_deg=50, sun_w_m2=3.0, sky_strength=0.8)
MORNING = Light(
    sun_from_deg=118, sun_height_deg=38, sun_w_m2=2.8, sun_colour=(1.0, 0.9, 0.78), sky_strength=0.75
)

STATION_BINS = (("dry", -2.1), ("dry", -1.35), ("wet", -0.45), ("recyclable", 0.45), ("hazardous", 1.2))
BINS_Y_M = 9.2


def _station_stage(wet: float, glow_w_m2: float) -> Stage:
    """A bin house before a house front, hedges, trees and a lamp post."""
    rng = np.random.default_rng(501)
    stage = Stage()
    stage.lay(
        [street.ground(Look("tiles", PAVING, second=JOINT, grain_m=0.4, wet=wet), (-26, -4), (26, 10.9))]
    )
    stage.put(plants.lawn(52, 8), -26, 10.9)
    stage.lay([street.kerb((-26, 10.9), (26, 10.9))])
    stage.put(buildings.front(rng, 11, 4, (0.62, 0.56, 0.46)), 1.5, 15.5)
    stage.put(bin_house.bin_house(4.6, 1.7, (0.06, 0.3, 0.14)), -0.3, 9.5)
    for stream, x in STATION_BINS:
        colour = bins.COLOURS[_stream(stream)]
        stage.put(bins.wheelie_bin(colour), x, BINS_Y_M, float(rng.normal(0, 4)), "garbage_bin")
    stage.put(plants.hedge(rng, 6.0), -7.2, 11.6)
    stage.put(plants.hedge(rng, 7.0), 7.6, 11.6)
    stage.put(plants.tree(rng, 5.5, 3.0), -5.2, 12.6)
    stage.put(plants.tree(rng, 4.6, 2.6), 5.4, 12.9)
    stage.put(street.lamp_post(5.2, 1.4, glow_w_m2), 3.4, 10.6, 150)
    stage.put(street.notice(1.1, 0.7, (0.07, 0.3, 0.16)), -4.3, 10.4)
    stage.put(street.drain_cover(), -2.6, 6.3)
    stage.put(two_wheelers.scooter((0.6, 0.05, 0.05)), 6.2, 9.4, -65, "two_wheeler")
    stage.put(two_wheelers.bicycle((0.06, 0.2, 0.45)), 6.9, 9.9, -58, "two_wheeler")
    return stage


def station_by_day(light: Light = AFTERNOON, wet: float = 0.0, glow_w_m2: float = 0.0) -> Place:
    """A bin house before a house front; the camera hangs at 3.6 m on the other side of the yard."""
    return Place(
        name=f"station-{light.sun_from_deg:.0f}-{wet:.1f}-{glow_w_m2:.0f}",
        origin=Origin(121.5502586, 31.24636),
        camera=Camera((0.4, 0.0, 3.6), heading_deg=-2.0, tilt_deg=19.0, field_of_view_deg=62.0),
        light=light,
        surroundings=_station_stage(wet, glow_w_m2).things(),
        zones=(
            Zone("forecourt", "drop_zone", ((-3.3, 5.2), (3.6, 5.2), (5.0, 10.2), (-4.6, 10.2))),
            Zone("bins", "bin", ((-2.5, 8.8), (1.65, 8.8), (1.65, 10.2), (-2.5, 10.2))),
        ),
        control_points_m=(
            (-2.6, 5.4),
            (3.0, 5.4),
            (3.9, 8.2),
            (-3.9, 8.2),
            (0.2, 6.6),
            (-6.0, 10.6),
            (6.0, 10.7),
            (1.8, 7.4),
            (-1.6, 7.8),
            (4.6, 10.0),
        ),
        wet=wet,
    )


def station_in_rain() -> Place:
    """The same station on a wet day under a grey sky."""
    return station_by_day(OVERCAST, wet=0.9)


def station_at_night() -> Place:
    """The same station under its lamp."""
    lamps = (
        Lamp((2.15, 9.85, 5.1), 950.0),
        Lamp((-9.0, 6.0, 6.0), 420.0),
        Lamp((-0.3, 9.3, 2.45), 45.0, (0.95, 0.97, 1.0), 0.25),
    )
    night = Light(
        sun_from_deg=0,
        sun_w_m2=0.0,
        sky_colour=(0.02, 0.03, 0.07),
        horizon_colour=(0.07, 0.06, 0.06),
        sky_strength=0.55,
        exposure_stops=1.1,
        lamps=lamps,
    )
    return station_by_day(night, glow_w_m2=40.0)


def _stream(name: str) -> bins.Stream:
    return next(stream for stream in bins.COLOURS if stream == name)


YARD_BINS = (("wet", -3.6), ("wet", -2.85), ("dry", -2.0), ("dry", -1.25), ("recyclable", -0.4))
YARD_BINS_Y_M = 8.6
YARD_BIKES = ((2.2, 7.15), (3.05, 7.2), (3.85, 7.05))


def _yard_stage() -> Stage:
    rng = np.random.default_rng(733)
    stage = Stage()
    stage.lay([street.ground(Look("asphalt", (0.15, 0.15, 0.155)), (-26, -4), (26, 9.4))])
    stage.lay([street.ground(Look("concrete", (0.45, 0.44, 0.42)), (-26, 9.4), (26, 18), 0.02)])
    stage.put(buildings.garden_wall(11.0, 1.9, (0.63, 0.6, 0.52)), -3.2, 9.3)
    stage.put(buildings.front(rng, 10, 4, (0.6, 0.6, 0.58)), -3.0, 17.0)
    for stream, x in YARD_BINS:
        stage.put(
            bins.wheelie_bin(bins.COLOURS[_stream(stream)]),
            x,
            YARD_BINS_Y_M,
            float(rng.normal(0, 5)),
            "garbage_bin",
        )
    for number, (x, y) in enumerate(YARD_BIKES):
        boxes = (None, (0.85, 0.6, 0.05), None)
        bike = two_wheelers.scooter(
            two_wheelers.COLOURS[(number * 2 + 1) % 7], boxes[number], basket=number == 2
        )
        stage.put(bike, x, y, -12 + 4 * number, "two_wheeler")
    stage.put(vehicles.car(vehicles.HATCHBACK, (0.04, 0.09, 0.25)), 6.6, 11.4, 84, "car")
    stage.put(plants.tree(rng, 5.6, 3.4), -7.9, 10.6)
    stage.put(plants.tree(rng, 5.0, 3.0), 4.4, 13.4)
    stage.put(plants.hedge(rng, 5.0), 9.5, 13.2)
    stage.put(street.notice(1.3, 0.8, (0.08, 0.2, 0.42)), 0.9, 9.15)
    stage.put(street.drain_cover(), 0.8, 6.0)
    lines = [street.strip((x, 10.2), (x, 12.9), 0.1) for x in (4.0, 9.2)]
    stage.lay([street.markings(lines, street.ROAD_WHITE, (0.4, 0.4, 0.39))])
    return stage


def yard() -> Place:
    """Bins against a garden wall in an asphalt yard, parked e-bikes, a car behind; morning sun."""
    return Place(
        name="yard",
        origin=Origin(121.5520491, 31.2442175),
        camera=Camera((1.0, 0.0, 3.2), heading_deg=-3.0, tilt_deg=17.5, field_of_view_deg=66.0),
        light=MORNING,
        surroundings=_yard_stage().things(),
        zones=(
            Zone("yard", "drop_zone", ((-2.9, 5.2), (4.3, 5.2), (5.6, 9.0), (-5.2, 9.0))),
            Zone("bins", "bin", ((-4.0, 8.2), (0.05, 8.2), (0.05, 9.1), (-4.0, 9.1))),
        ),
        control_points_m=(
            (-2.6, 5.2),
            (3.6, 5.0),
            (5.2, 8.4),
            (-4.9, 8.0),
            (0.8, 6.0),
            (-1.4, 7.2),
            (1.2, 8.2),
            (4.0, 10.2),
            (6.0, 10.0),
            (2.6, 5.9),
        ),
    )
