"""What happens in the fire lanes: a car that stays, rows of e-bikes, a stop that is short enough."""

from itertools import pairwise

import numpy as np

from models.scenes.acting import Act, Spot, Visit, people_at
from models.scenes.lane_width import across_m, clear_width_m
from models.scenes.places.fire_lane import bike_lane, lane
from models.scenes.plots.plot import Deserving, Plot
from models.scenes.shapes import two_wheelers, vehicles
from models.scenes.shapes.people import COATS, TROUSERS, Person, Posture, person
from models.scenes.shapes.thing import Parts, Thing

RULES = {"blocked_fire_lane": {"alarm_after_s": 30.0, "min_clear_width_m": 4.0}}
DRIVER = Person(1.73, 1.05, COATS[3], TROUSERS[2])
PASSER_BY = Person(1.62, 1.0, COATS[4], TROUSERS[0], long_hair=True)


def _rolling(t: float, times: tuple[float, ...], places: tuple[float, ...]) -> float:
    """A place along the lane, with soft starts and stops between the given times."""
    for (start, end), (here, there) in zip(pairwise(times), pairwise(places), strict=True):
        if t < end:
            share = float(np.clip((t - start) / (end - start), 0, 1))
            return here + (there - here) * share * share * (3 - 2 * share)
    return places[-1]


def car_stays() -> Plot:
    """A parked car, plain."""
    place = lane()
    parts = vehicles.car(vehicles.SALOON, (0.72, 0.72, 0.71))
    stop_s, x, y = 14.0, -1.25, 13.5
    driver = Visit(
        "driver",
        DRIVER,
        stop_s + 2.0,
        (x + 1.3, y - 0.3),
        (Act("stand", seconds=0.6), Act("walk", (3.2, y - 2.5)), Act("walk", (5.4, y - 5.5))),
    )
    passer = Visit(
        "passer-by", PASSER_BY, 52.0, (1.6, 6.6), (Act("walk", (1.3, 17.0)), Act("walk", (3.4, 19.0)))
    )

    def car(t: float) -> Thing:
        return Thing("car", parts, label="car").at(x, _rolling(t, (7.0, stop_s), (36.0, y)), 180.0)

    def things(t: float) -> list[Thing]:
        return ([car(t)] if t >= 7.0 else []) + people_at([driver, passer], [], t)

    parked = car(stop_s)
    width = clear_width_m((-2.5, 2.5), [parked])
    event = Deserving("blocked_fire_lane", stop_s, None, ((stop_s, (parked,)),), clear_width_m=width)
    return Plot(
        "fire-lane-car",
        "A car drives into the fire lane and stays; its driver walks away.",
        place,
        80,
        things,
        (event,),
        RULES,
        is_plain=True,
    )


def delivery() -> Plot:
    """A van that stops shorter than the dwell."""
    parts = vehicles.van((0.75, 0.75, 0.74))
    x, y = -1.2, 15.0

    def things(t: float) -> list[Thing]:
        if not 8.0 <= t < 42.0:
            return []
        at = _rolling(t, (8.0, 14.0, 34.0, 42.0), (38.0, y, y, 40.0))
        return [Thing("van", parts, label="car").at(x, at, 180.0)]

    return Plot(
        "fire-lane-delivery",
        "A delivery van stops in the fire lane for 20 s, shorter than the dwell, and backs out: no event.",
        lane(),
        70,
        things,
        (),
        RULES,
    )


BIKE_COUNT = 4
RIDE_S = 5.0


def _row(inner_m: float, upright: bool) -> tuple[list[Spot], float]:
    """Where the bikes of a row stand, reaching from the left edge to `inner_m`, and their heading."""
    if upright:
        return [(inner_m, 10.4 + 0.85 * number) for number in range(BIKE_COUNT)], -82.0
    return [(inner_m, 9.6 + 2.1 * number) for number in range(BIKE_COUNT)], 176.0


def _parked(parts: Parts, number: int, inner_m: float, spot: Spot, heading: float) -> Thing:
    """A bike whose side towards the free lane ends just at `inner_m`."""
    bike = Thing(f"e-bike {number}", parts, label="two_wheeler").at(*spot, heading + 3.0 * (number % 2))
    _, right = across_m(bike)
    return bike.at(spot[0] - (right - inner_m), spot[1], heading + 3.0 * (number % 2))


def _bike_row(name: str, about: str, free_m: float, upright: bool, deserves: bool) -> Plot:
    place = bike_lane()
    left, right = place.lane_m or (0.0, 0.0)
    inner = right - free_m
    spots, heading = _row(inner, upright)
    kinds = [
        two_wheelers.scooter(two_wheelers.COLOURS[index], box)
        for index, box in ((0, None), (4, (0.85, 0.6, 0.05)), (1, None), (3, None))
    ]
    parked = [
        _parked(parts, number, inner, spot, heading)
        for number, (parts, spot) in enumerate(zip(kinds, spots, strict=True))
    ]
    arrivals = [8.0 + 2.4 * (BIKE_COUNT - 1 - number) for number in range(BIKE_COUNT)]
    riders = [_rider(number, parked[number], arrivals[number] + RIDE_S) for number in range(BIKE_COUNT)]

    def things(t: float) -> list[Thing]:
        shown: list[Thing] = []
        for number in range(BIKE_COUNT):
            shown += _bike_then(parked[number], riders[number].who, arrivals[number], t)
        return shown + people_at(riders, [], t)

    start_s = max(arrivals) + RIDE_S
    first_s = min(arrivals) + RIDE_S
    width = clear_width_m((left, right), parked)
    event = Deserving(
        "blocked_fire_lane",
        first_s,
        None,
        ((first_s, (parked[-1],)), (start_s, tuple(parked))),
        clear_width_m=width,
        notes="a row of e-bikes is one thing; the first stops at start_frame, the last 7 s later",
    )
    return Plot(name, about, place, 75, things, (event,) if deserves else (), RULES)


def _rider(number: int, bike: Thing, stops_s: float) -> Visit:
    """The rider, after getting off, walks to the entrance on the right."""
    x, y = float(bike.matrix[0, 3]), float(bike.matrix[1, 3])
    who = Person(
        1.6 + 0.04 * number,
        1.0,
        COATS[(number * 3 + 1) % len(COATS)],
        TROUSERS[number % 4],
        long_hair=number % 2 == 0,
    )
    return Visit(
        f"rider {number}",
        who,
        stops_s + 0.4,
        (x + 1.2, y - 0.45),
        (Act("walk", (3.3, y - 1.6), speed_m_s=1.5),),
    )


def _bike_then(parked: Thing, who: Person, start_s: float, t: float) -> list[Thing]:
    """A bike with its rider on the way in, or standing where it is left."""
    if t < start_s:
        return []
    if t >= start_s + RIDE_S:
        return [parked]
    share = (t - start_s) / RIDE_S
    x, y = float(parked.matrix[0, 3]), float(parked.matrix[1, 3])
    along = share * (2 - share)
    aside = float(np.clip((along - 0.7) / 0.3, 0, 1))
    target = float(np.degrees(np.arctan2(parked.matrix[0, 1], parked.matrix[1, 1]))) % 360
    at = (0.9 + (x - 0.9) * aside, 30.0 + (y - 30.0) * along)
    heading = 180.0 + (target - 180.0) * aside
    moving = Thing(parked.name, parked.parts, label="two_wheeler").at(*at, heading)
    body = Thing(f"{parked.name} rider", person(who, Posture(ride=True)), label="person").at(*at, heading)
    return [moving, body]


def bikes_leave_little() -> Plot:
    """3.5 m are left: too little."""
    return _bike_row(
        "fire-lane-e-bikes-3m5",
        "Four e-bikes are parked across the edge; 3.5 m are left.",
        3.5,
        True,
        True,
    )


def bikes_leave_enough() -> Plot:
    """4.5 m are left: enough."""
    return _bike_row(
        "fire-lane-e-bikes-4m5",
        "Four e-bikes are parked along the edge; 4.5 m are left: no event.",
        4.5,
        False,
        False,
    )
