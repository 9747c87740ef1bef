"""What happens at the bin stations: bags left, taken back, hidden, heaped; by day, at night, in the rain."""

from collections.abc import Sequence

import numpy as np

from models.scenes.acting import Load, Spot, Visit, bringing, passing, people_at
from models.scenes.places.bin_station import station_at_night, station_by_day, station_in_rain, yard
from models.scenes.plots.plot import Deserving, Plot
from models.scenes.shapes import bags
from models.scenes.shapes.people import COATS, TROUSERS, Person, cleaner
from models.scenes.shapes.thing import Parts

RULES = {"garbage_drop": {"alarm_after_s": 20.0}}
MOTHER = Person(1.6, 1.0, COATS[1], TROUSERS[0], long_hair=True)
FATHER = Person(1.74, 1.1, COATS[0], TROUSERS[1])
STUDENT = Person(1.7, 0.92, COATS[7], TROUSERS[0])
GRANNY = Person(1.54, 1.12, COATS[6], TROUSERS[2], hair=(0.25, 0.24, 0.23))
WORKER = Person(1.72, 1.05, COATS[5], TROUSERS[1], cap=True)


def filled_bag(
    seed: int, colour: tuple[float, float, float], width_m: float = 0.5, clear: float = 0.0
) -> Parts:
    """Make a full, tied bag."""
    return bags.tied_bag(np.random.default_rng(seed), width_m, width_m * 1.08, colour, clear)


def _brought(
    name: str,
    parts: Parts,
    at_m: Spot,
    who: Person,
    start_s: float,
    way_in: Sequence[Spot],
    way_out: Sequence[Spot],
) -> Load:
    """A bag that somebody brings and leaves."""
    visit = bringing(f"{name}'s bearer", who, start_s, way_in, at_m, way_out)
    return Load(name, parts, 0.55, at_m, 25.0, visit.middle_s("stoop"), visit)


def _fetched(
    load: Load, who: Person, start_s: float, way_in: Sequence[Spot], way_out: Sequence[Spot]
) -> Load:
    """The same bag, which somebody takes away later."""
    visit = bringing(f"{load.name}'s taker", who, start_s, way_in, load.at_m, way_out)
    return Load(
        load.name,
        load.parts,
        load.height_m,
        load.at_m,
        load.turned_deg,
        load.dropped_s,
        load.bearer,
        visit.middle_s("stoop"),
        visit,
    )


def _visits(loads: Sequence[Load], others: Sequence[Visit] = ()) -> list[Visit]:
    return [visit for load in loads for visit in (load.bearer, load.taker) if visit is not None] + list(
        others
    )


def _left(load: Load, notes: str | None = None) -> Deserving:
    return Deserving(
        "garbage_drop", load.dropped_s, load.taken_s, ((load.dropped_s, (load.resting(),)),), notes=notes
    )


LEFT: Spot = (-8.2, 8.0)
RIGHT: Spot = (8.6, 8.2)


def bag_by_day() -> Plot:
    """One bag, plain."""
    bag = _brought(
        "black bag",
        filled_bag(11, bags.BLACK, 0.55),
        (1.3, 7.3),
        FATHER,
        10.0,
        (LEFT, (-2.0, 7.2)),
        ((3.4, 7.9), RIGHT),
    )
    others = [passing("passer-by", MOTHER, 48.0, ((8.4, 6.4), (-8.2, 6.8)))]
    return Plot(
        "bin-station-day",
        "A resident leaves a black bag in front of the bins and walks away; later somebody passes.",
        station_by_day(),
        75,
        lambda t: people_at(_visits([bag], others), [bag], t),
        (_left(bag),),
        RULES,
        is_plain=True,
    )


def bag_at_night() -> Plot:
    """One bag under a lamp."""
    bag = _brought(
        "white bag",
        filled_bag(12, bags.WHITE, 0.5),
        (2.7, 7.1),
        STUDENT,
        12.0,
        ((-6.8, 6.3), (0.4, 6.9)),
        ((4.2, 7.9), (8.6, 8.8)),
    )
    return Plot(
        "bin-station-night",
        "At night, under the lamp, a resident leaves a white bag and goes home.",
        station_at_night(),
        70,
        lambda t: people_at(_visits([bag]), [bag], t),
        (_left(bag),),
        RULES,
        grain=4.5,
    )


def bag_in_rain() -> Plot:
    """One bag on wet ground."""
    bag = _brought(
        "blue bag",
        filled_bag(13, bags.BLUE, 0.52),
        (-1.5, 7.1),
        GRANNY,
        10.0,
        (LEFT, (-3.6, 7.3)),
        ((-2.6, 6.6), (-8.0, 6.9)),
    )
    return Plot(
        "bin-station-rain",
        "It rains, the ground mirrors; a resident leaves a blue bag and hurries back.",
        station_in_rain(),
        65,
        lambda t: people_at(_visits([bag]), [bag], t),
        (_left(bag),),
        RULES,
        rain=True,
    )


def bags_taken_back() -> Plot:
    """One bag taken back within the dwell, one after the alarm."""
    short = _brought(
        "green bag",
        filled_bag(14, bags.GREEN, 0.48),
        (-1.9, 6.9),
        STUDENT,
        6.0,
        (LEFT, (-4.0, 7.1)),
        ((-3.0, 6.4), (-5.6, 6.4)),
    )
    short = _fetched(short, STUDENT, 24.0, ((-5.6, 6.4), (-3.0, 6.4)), ((-4.0, 7.2), LEFT))
    long = _brought(
        "red bag",
        filled_bag(15, bags.RED, 0.52),
        (1.6, 6.8),
        MOTHER,
        32.0,
        (RIGHT, (3.4, 7.0)),
        ((2.6, 7.8), RIGHT),
    )
    long = _fetched(long, cleaner(), 76.0, (RIGHT, (3.2, 7.6)), ((3.4, 8.0), RIGHT))
    loads = [short, long]
    return Plot(
        "bags-taken-back",
        "One bag is taken back within the dwell (no event); another stays past the alarm and is fetched.",
        station_by_day(),
        105,
        lambda t: people_at(_visits(loads), loads, t),
        (_left(long, "taken away by a cleaner; the green bag before it was taken back within the dwell"),),
        RULES,
    )


def bag_behind_bike() -> Plot:
    """A bag half hidden by a parked e-bike."""
    bag = _brought(
        "grey bag",
        filled_bag(16, bags.WHITE, 0.56, 0.35),
        (1.98, 7.85),
        WORKER,
        8.0,
        ((-6.8, 7.4), (0.9, 8.2)),
        ((0.8, 7.9), (-7.0, 7.2)),
    )
    return Plot(
        "bag-behind-e-bike",
        "A resident sets a bag down behind parked e-bikes; half of it is hidden.",
        yard(),
        70,
        lambda t: people_at(_visits([bag]), [bag], t),
        (_left(bag, "half hidden by an e-bike"),),
        RULES,
    )


def two_bags() -> Plot:
    """Two people, two bags."""
    first = _brought(
        "black bag",
        filled_bag(17, bags.BLACK, 0.5),
        (-1.6, 6.6),
        GRANNY,
        8.0,
        ((-6.6, 6.6), (-3.4, 6.5)),
        ((-2.8, 6.0), (-6.6, 6.0)),
    )
    second = _brought(
        "yellow bag",
        filled_bag(18, bags.YELLOW, 0.46),
        (1.5, 7.4),
        FATHER,
        22.0,
        ((8.4, 8.0), (3.4, 6.4)),
        ((2.9, 6.1), (8.2, 6.5)),
    )
    loads = [first, second]
    return Plot(
        "two-bags-two-people",
        "Two people leave a bag each, in different places: two events.",
        yard(),
        75,
        lambda t: people_at(_visits(loads), loads, t),
        (_left(first), _left(second)),
        RULES,
    )


def _heap() -> list[Load]:
    """Three bags that three people put on one heap."""
    x, y = 1.4, 6.9
    black, white, blue = (
        filled_bag(19, bags.BLACK, 0.54),
        filled_bag(20, bags.WHITE, 0.46),
        filled_bag(21, bags.BLUE, 0.44),
    )
    first_in, first_out = ((8.4, 7.4), (3.2, 6.7)), ((2.6, 6.3), (8.2, 6.8))
    second_in, second_out = ((-6.6, 6.9), (-0.9, 6.7)), ((-1.4, 6.2), (-6.6, 6.2))
    third_in, third_out = ((8.4, 6.3), (3.0, 6.1)), ((2.8, 5.8), (7.6, 5.9))
    return [
        _brought("black bag", black, (x, y), WORKER, 6.0, first_in, first_out),
        _brought("white bag", white, (x - 0.42, y + 0.12), MOTHER, 40.0, second_in, second_out),
        _brought("blue bag", blue, (x + 0.06, y - 0.42), GRANNY, 62.0, third_in, third_out),
    ]


def growing_pile() -> Plot:
    """Three bags at one place."""
    loads = _heap()
    looks = tuple(
        (load.dropped_s, tuple(other.resting() for other in loads[: number + 1]))
        for number, load in enumerate(loads)
    )
    notes = "a pile at one place is one thing and one event; it grows twice"
    return Plot(
        "growing-pile",
        "Three people put bags on one heap, one after the other: one thing that grows.",
        yard(),
        90,
        lambda t: people_at(_visits(loads), loads, t),
        (Deserving("garbage_drop", loads[0].dropped_s, None, looks, notes=notes),),
        RULES,
    )
