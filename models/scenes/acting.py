"""What people do in a scene, as times and places: walk in, set a bag down, wait, pick it up, walk off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.scenes.shapes.mesh import Matrix, shift, turn
from models.scenes.shapes.people import Person, Posture, hand_m, person
from models.scenes.shapes.thing import Parts, Thing

WALK_M_S = 1.25
CYCLE_M = 1.35
"""Ground covered by two steps."""

Spot = tuple[float, float]
Action = Literal["walk", "stoop", "stand", "reach"]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a person does: walk to a spot, or do something there for `seconds`."""

    action: Action
    to_m: Spot | None = None
    seconds: float = 0.0
    speed_m_s: float = WALK_M_S


@dataclass(frozen=True, slots=True)
class Moment:
    """Where somebody is, which way they look and how the limbs are."""

    at_m: Spot
    heading_deg: float
    posture: Posture


@dataclass(frozen=True, slots=True)
class Visit:
    """A person's way through the scene; `acts` follow each other from `start_s` at `from_m`."""

    name: str
    who: Person
    start_s: float
    from_m: Spot
    acts: tuple[Act, ...]

    def spans(self) -> list[tuple[float, float, Spot, Act]]:
        """Give (start, end, place at the start, act) of each act."""
        now, here, result = self.start_s, self.from_m, []
        for act in self.acts:
            there = act.to_m or here
            length = float(np.hypot(there[0] - here[0], there[1] - here[1]))
            lasts = length / act.speed_m_s if act.action == "walk" else act.seconds
            result.append((now, now + lasts, here, act))
            now, here = now + lasts, there
        return result

    @property
    def end_s(self) -> float:
        """When the person is out of the scene."""
        return self.spans()[-1][1]

    def middle_s(self, action: Action, which: int = 0) -> float:
        """Give the middle of an act: a bag is let go or taken in the middle of a stoop."""
        found = [(start + end) / 2 for start, end, _, act in self.spans() if act.action == action]
        return found[which]

    def moment(self, seconds: float) -> Moment | None:
        """Give where the person is, or None before and after the visit."""
        heading = 0.0
        for start, end, here, act in self.spans():
            if act.action == "walk" and act.to_m is not None:
                heading = heading_deg(here, act.to_m)
            if start <= seconds < end:
                return _moment(act, here, heading, (seconds - start) / (end - start))
        return None


def heading_deg(here: Spot, there: Spot) -> float:
    """Give the direction from one spot to another, clockwise from north."""
    return float(np.degrees(np.arctan2(there[0] - here[0], there[1] - here[1])))


def _moment(act: Act, here: Spot, heading: float, share: float) -> Moment:
    if act.action == "walk" and act.to_m is not None:
        length = float(np.hypot(act.to_m[0] - here[0], act.to_m[1] - here[1]))
        at = (here[0] + share * (act.to_m[0] - here[0]), here[1] + share * (act.to_m[1] - here[1]))
        ease = min(1.0, share * length / 0.4, (1 - share) * length / 0.4)
        return Moment(at, heading, Posture(2 * np.pi * share * length / CYCLE_M, 0.35 + 0.65 * ease))
    depth = float(np.sin(np.pi * share))
    if act.action == "stoop":
        return Moment(here, heading, Posture(stoop=depth))
    if act.action == "reach":
        return Moment(here, heading, Posture(reach=min(1.0, depth * 1.4)))
    # somebody who waits shifts his weight now and then
    sway = round(np.sin(share * act.seconds * 0.5) * 2) / 2
    return Moment(here, heading + 16 * sway, Posture(swing=0.12 * abs(sway), stride=1.0))


def stand_place(who: Person, from_m: Spot, load_m: Spot) -> Spot:
    """Give where somebody coming from a spot stands when the hand is over the load in a full stoop."""
    heading = heading_deg(from_m, load_m)
    x, y, _ = hand_m(who, Posture(stoop=1.0, carry=1.0))
    offset = turn("z", -heading)[:2, :2] @ np.array([x, y])
    return float(load_m[0] - offset[0]), float(load_m[1] - offset[1])


def _walks(spots: Sequence[Spot]) -> list[Act]:
    return [Act("walk", spot) for spot in spots]


def bringing(
    name: str, who: Person, start_s: float, way_in: Sequence[Spot], load_m: Spot, way_out: Sequence[Spot]
) -> Visit:
    """A visit that walks in to a load's place, stoops there (to set it down or take it), and walks out."""
    stand = stand_place(who, way_in[-1], load_m)
    acts = [*_walks([*way_in[1:], stand]), Act("stoop", seconds=2.0), *_walks(way_out)]
    return Visit(name, who, start_s, way_in[0], tuple(acts))


def passing(name: str, who: Person, start_s: float, way: Sequence[Spot]) -> Visit:
    """A visit that only walks through."""
    return Visit(name, who, start_s, way[0], tuple(_walks(way[1:])))


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Something carried: by `bearer` until `dropped_s`, then at rest, from `taken_s` by `taker`.

    A load without a bearer lies there from `dropped_s` on; `taken_s` None: it stays.
    """

    name: str
    parts: Parts
    height_m: float
    at_m: Spot
    turned_deg: float
    dropped_s: float
    bearer: Visit | None = None
    taken_s: float | None = None
    taker: Visit | None = None

    def at_rest(self, seconds: float) -> bool:
        """Whether it lies on the ground."""
        return self.dropped_s <= seconds and (self.taken_s is None or seconds < self.taken_s)

    def resting(self) -> Thing:
        """Give it as it lies."""
        return Thing(self.name, self.parts, label="garbage").at(*self.at_m, self.turned_deg)

    def thing(self, seconds: float) -> Thing | None:
        """Give it where it is then, or None when it is not in the scene."""
        if self.at_rest(seconds):
            return self.resting()
        carrier = self.bearer if seconds < self.dropped_s else self.taker
        moment = carrier.moment(seconds) if carrier else None
        if carrier is None or moment is None:
            return None
        hand = hand_in_world(carrier.who, moment)
        below = max(0.0, float(hand[2, 3]) - self.height_m * 0.95)
        matrix = shift(float(hand[0, 3]), float(hand[1, 3]), below) @ turn("z", -moment.heading_deg - 20)
        return Thing(self.name, self.parts, matrix, label="garbage")


def hand_in_world(who: Person, moment: Moment) -> Matrix:
    """Give the frame of the right hand."""
    place = shift(*moment.at_m) @ turn("z", -moment.heading_deg)
    return place @ shift(*hand_m(who, replace(moment.posture, carry=1.0)))


def people_at(visits: Sequence[Visit], loads: Sequence[Load], seconds: float) -> list[Thing]:
    """Give everybody and everything carried or lying at an instant."""
    things: list[Thing] = []
    for visit in visits:
        moment = visit.moment(seconds)
        if moment is None:
            continue
        carries = any(_carries(load, visit, seconds) for load in loads)
        posture = replace(moment.posture, carry=1.0 if carries else 0.0)
        body = Thing(visit.name, person(visit.who, posture), label="person")
        things.append(body.at(*moment.at_m, moment.heading_deg))
    return things + [thing for load in loads if (thing := load.thing(seconds)) is not None]


def _carries(load: Load, visit: Visit, seconds: float) -> bool:
    before = load.bearer is visit and seconds < load.dropped_s
    return before or (load.taker is visit and load.taken_s is not None and seconds >= load.taken_s)
