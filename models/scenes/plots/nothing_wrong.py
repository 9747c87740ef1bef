"""A time at the bins in which nothing wrong happens: somebody waits, somebody uses a bin."""

from dataclasses import replace

from models.scenes.acting import Act, Load, Visit, people_at
from models.scenes.places.bin_station import YARD_BINS, YARD_BINS_Y_M, yard
from models.scenes.plots.garbage import FATHER, RULES, STUDENT, filled_bag
from models.scenes.plots.plot import Plot
from models.scenes.shapes import bags, bins
from models.scenes.shapes.thing import Thing

USED_BIN = 1
OPEN_DEG = 95.0
NEVER_S = 1e9

BIN_X_M = YARD_BINS[USED_BIN][1]
TO_THE_BIN = (
    Act("walk", (BIN_X_M - 0.3, 7.4)),
    Act("walk", (BIN_X_M - 0.22, 7.75)),
    Act("reach", seconds=3.0),
    Act("walk", (-1.0, 5.8)),
    Act("walk", (8.0, 5.7)),
)
A_WHILE = (Act("walk", (2.0, 6.0)), Act("stand", seconds=18.0), Act("walk", (-6.2, 5.9)))


def nothing_wrong() -> Plot:
    """People pass, wait, and use the bin."""
    place = yard()
    kept = tuple(thing for thing in place.surroundings if not _is_used_bin(thing))
    user = Visit("resident", FATHER, 34.0, (-6.6, 7.2), TO_THE_BIN)
    waiter = Visit("waiting", STUDENT, 6.0, (8.2, 6.2), A_WHILE)
    bag = filled_bag(22, bags.GREEN, 0.36)
    load = Load("kitchen bag", bag, 0.4, (BIN_X_M, YARD_BINS_Y_M), 0.0, NEVER_S, user)
    opened_s, shut_s, *_ = user.spans()[2]

    def things(t: float) -> list[Thing]:
        lid_deg = OPEN_DEG if opened_s <= t < shut_s + 0.4 else 0.0
        used = Thing("bin in use", bins.wheelie_bin(bins.COLOURS["wet"], lid_deg), label="garbage_bin")
        in_hand = [load] if t < user.middle_s("reach") else []
        return [used.at(BIN_X_M, YARD_BINS_Y_M, 3.0), *people_at([user, waiter], in_hand, t)]

    return Plot(
        "people-and-a-bin",
        "Somebody waits, somebody puts a bag into the bin and goes: nothing wrong happens.",
        replace(place, name="yard-bin", surroundings=kept),
        65,
        things,
        (),
        RULES,
    )


def _is_used_bin(thing: Thing) -> bool:
    return thing.label == "garbage_bin" and abs(float(thing.matrix[0, 3]) - BIN_X_M) < 0.1
