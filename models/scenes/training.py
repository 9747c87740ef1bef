"""Single pictures to train the detector on: streets put together at random, every object labelled.

Seeds, cameras, ground and light differ from those of the scenes that are used for scoring.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.scenes.light import OVERCAST, Lamp, Light
from models.scenes.pinhole import Camera
from models.scenes.shapes import bags, bins, buildings, people, plants, street, two_wheelers, vehicles
from models.scenes.shapes.looks import Colour, Look
from models.scenes.shapes.thing import Parts, Thing
from models.scenes.visibility import Box, draw, empty_layers, visible_boxes

LABELS = ("person", "two_wheeler", "car", "large_vehicle", "garbage", "garbage_bin", "overflow")
"""The detector's classes in the order of their numbers (models/train/classes.py)."""

MIN_VISIBLE = 0.25
"""A thing of which less is seen is not labelled."""

MIN_SIDE_PX = 5.0
SIZES = ((384, 288), (416, 234), (352, 352), (400, 266))
STREAM_COLOURS: tuple[Colour, ...] = (
    *bins.COLOURS.values(),
    (0.05, 0.22, 0.09),
    (0.3, 0.31, 0.32),
    (0.75, 0.5, 0.05),
)


@dataclass(frozen=True, slots=True)
class TrainingScene:
    """Everything that one picture shows; the labelled things are `objects`."""

    camera: Camera
    light: Light
    surroundings: tuple[Thing, ...]
    objects: tuple[Thing, ...]

    def labels(self) -> list[tuple[str, Box]]:
        """Give class and visible box in pixels of every object that can be recognised."""
        static = draw(empty_layers(self.camera), self.camera, list(enumerate(self.surroundings)))
        boxes = visible_boxes(self.camera, static, self.objects)
        return [
            (thing.label, box)
            for thing, (box, share) in zip(self.objects, boxes, strict=True)
            if box is not None
            and share >= MIN_VISIBLE
            and min(box[2] - box[0], box[3] - box[1]) >= MIN_SIDE_PX
        ]


def yolo_rows(labels: list[tuple[str, Box]], camera: Camera) -> str:
    """Give the label file: class number, centre and size relative to the picture, one object a line."""
    rows = []
    for label, (left, top, right, bottom) in labels:
        centre = (left + right) / 2 / camera.width_px, (top + bottom) / 2 / camera.height_px
        size = (right - left) / camera.width_px, (bottom - top) / camera.height_px
        rows.append(f"{LABELS.index(label)} {centre[0]:.5f} {centre[1]:.5f} {size[0]:.5f} {size[1]:.5f}")
    return "".join(f"{row}\n" for row in rows)


@dataclass(slots=True)
class _Layout:
    """Places things so that they do not stand in each other."""

    rng: np.random.Generator
    camera: Camera
    things: list[Thing] = field(default_factory=list)
    _taken: list[tuple[float, float, float]] = field(default_factory=list)

    def put(
        self, label: str, parts: Parts, at_m: tuple[float, float], radius_m: float, heading_deg: float
    ) -> bool:
        """Put a thing at a place if it is free and in view."""
        u, v, depth = self.camera.seen(np.array([[*at_m, 0.2]]))[0]
        is_shown = (
            depth > 0.8 and -20 <= u <= self.camera.width_px + 20 and 0 <= v <= self.camera.height_px + 10
        )
        if not is_shown or any(np.hypot(x - at_m[0], y - at_m[1]) < r + radius_m for x, y, r in self._taken):
            return False
        self._taken.append((*at_m, radius_m))
        self.things.append(Thing(f"{label}-{len(self.things)}", parts, label=label).at(*at_m, heading_deg))
        return True

    def spot(self, near_m: float, far_m: float) -> tuple[float, float]:
        """Draw a place within the view, between two distances."""
        y = near_m + (far_m - near_m) * float(self.rng.random()) ** 1.3
        half = 0.95 * y * np.tan(np.radians(self.camera.field_of_view_deg / 2))
        heading = np.radians(self.camera.heading_deg)
        x = float(self.rng.uniform(-half, half))
        return x * float(np.cos(heading)) + y * float(np.sin(heading)), y * float(
            np.cos(heading)
        ) - x * float(np.sin(heading))


def training_scene(rng: np.random.Generator) -> TrainingScene:
    """Put one picture together."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    camera = Camera(
        (0.0, 0.0, float(rng.uniform(2.0, 6.0))),
        heading_deg=float(rng.uniform(-25, 25)),
        tilt_deg=float(rng.uniform(12, 34)),
        roll_deg=float(rng.normal(0, 1.5)),
        field_of_view_deg=float(rng.uniform(48, 84)),
        width_px=width,
        height_px=height,
    )
    wet = float(rng.uniform(0.4, 1.0)) if rng.random() < 0.2 else 0.0
    layout = _Layout(rng, camera)
    for put in (_vehicles, _bins, _two_wheelers, _people, _bags):
        put(layout)
    return TrainingScene(camera, _light(rng), _surroundings(rng, wet), tuple(layout.things))


def _light(rng: np.random.Generator) -> Light:
    draw_ = rng.random()
    if draw_ < 0.22:
        return OVERCAST
    if draw_ < 0.36:
        lamp = Lamp(
            (float(rng.uniform(-4, 4)), float(rng.uniform(4, 11)), 5.0), float(rng.uniform(500, 1300))
        )
        return Light(
            sun_w_m2=0.0,
            sky_colour=(0.02, 0.03, 0.06),
            horizon_colour=(0.06, 0.05, 0.05),
            sky_strength=0.5,
            exposure_stops=1.2,
            lamps=(lamp,),
        )
    low = rng.random() < 0.3
    return Light(
        sun_from_deg=float(rng.uniform(0, 360)),
        sun_height_deg=float(rng.uniform(14, 30) if low else rng.uniform(30, 75)),
        sun_w_m2=float(rng.uniform(1.5, 4.2)),
        sun_colour=(1.0, 0.8, 0.6) if low else (1.0, 0.95, 0.88),
        sky_strength=float(rng.uniform(0.5, 0.95)),
        exposure_stops=float(rng.uniform(-0.5, 0.5)),
    )


def ground_look(rng: np.random.Generator, wet: float) -> Look:
    """Draw a pavement: tiles, bricks, asphalt or concrete of some colour."""
    tone = float(rng.uniform(0.2, 0.5))
    warm = float(rng.uniform(-0.03, 0.06))
    colour: Colour = (tone + warm, tone, tone - warm)
    joint: Colour = (tone * 0.45, tone * 0.45, tone * 0.45)
    kind = rng.random()
    if kind < 0.4:
        return Look(
            "tiles", colour, second=joint, grain_m=float(rng.choice([0.1, 0.25, 0.3, 0.5, 0.6])), wet=wet
        )
    if kind < 0.5:
        return Look("tiles", (0.34, 0.17, 0.12), second=joint, grain_m=0.1, wet=wet)
    if kind < 0.75:
        return Look("asphalt", (tone * 0.4, tone * 0.4, tone * 0.41), wet=wet)
    return Look("concrete", colour, wet=wet)


def _surroundings(rng: np.random.Generator, wet: float) -> tuple[Thing, ...]:
    far = float(rng.uniform(9, 26))
    things = [Thing("ground", street.ground(ground_look(rng, wet), (-60, -5), (60, 90)))]
    things.append(
        Thing("house", buildings.front(rng, 9, 3)).at(float(rng.uniform(-4, 4)), far, float(rng.normal(0, 9)))
    )
    if rng.random() < 0.5:
        side = 1 if rng.random() < 0.5 else -1
        things.append(
            Thing("second house", buildings.front(rng, 6, 2)).at(
                side * float(rng.uniform(9, 14)), far * 0.6, side * 80
            )
        )
    if rng.random() < 0.5:
        things.append(Thing("hedge", plants.hedge(rng, 14)).at(float(rng.uniform(-6, 6)), far - 1.2))
    if rng.random() < 0.35:
        things.append(
            Thing("wall", buildings.garden_wall(20, 1.8, (0.6, 0.58, 0.5))).at(
                0, far - 2.2, float(rng.normal(0, 4))
            )
        )
    for number in range(int(rng.integers(0, 4))):
        at = float(rng.uniform(-9, 9)), far - float(rng.uniform(1.5, 4))
        things.append(
            Thing(
                f"tree {number}", plants.tree(rng, float(rng.uniform(3.5, 6)), float(rng.uniform(2, 3.4)))
            ).at(*at)
        )
    if rng.random() < 0.4:
        edge = float(rng.uniform(5, 9))
        things.append(Thing("kerb", street.kerb((-20, edge), (20, edge))))
    if rng.random() < 0.35:
        x = float(rng.uniform(-5, 0))
        lines = street.hatched_lane(x, x + 4.2, 3, 22)
        things.append(Thing("lane", street.markings(lines, street.YELLOW, (0.15, 0.15, 0.15))))
    return tuple(things)


def _vehicles(layout: _Layout) -> None:
    rng = layout.rng
    heading = float(rng.choice([0.0, 90.0, 180.0, 270.0]) + rng.normal(0, 8))
    for _ in range(int(rng.choice([0, 0, 1, 2, 3]))):
        layout.put("car", vehicles.any_car(rng), layout.spot(6, 20), 2.2, heading + float(rng.normal(0, 5)))
    if rng.random() < 0.25:
        layout.put("large_vehicle", vehicles.any_large_vehicle(rng), layout.spot(9, 24), 3.4, heading)


def _row(
    layout: _Layout, label: str, make: Callable[[], Parts], count: int, step_m: float, turned: float
) -> None:
    """A row of things side by side, each a little out of line."""
    rng = layout.rng
    x, y = layout.spot(4, 13)
    along = np.radians(float(rng.normal(0, 25)) + (90 if rng.random() < 0.3 else 0))
    for number in range(count):
        jitter = rng.normal(0, 0.05, 2)
        at = (
            x + number * step_m * float(np.cos(along)) + float(jitter[0]),
            y + number * step_m * float(np.sin(along)) + float(jitter[1]),
        )
        layout.put(
            label, make(), at, step_m * 0.47, turned - float(np.degrees(along)) + float(rng.normal(0, 6))
        )


def _bins(layout: _Layout) -> None:
    rng = layout.rng
    if rng.random() < 0.75:
        size = float(rng.uniform(0.8, 1.15))

        def one() -> Parts:
            colour = STREAM_COLOURS[int(rng.integers(len(STREAM_COLOURS)))]
            return bins.wheelie_bin(colour, float(rng.choice([0, 0, 0, 0, 100, 250])), size)

        _row(
            layout,
            "garbage_bin",
            one,
            int(rng.integers(1, 6)),
            0.75,
            float(rng.choice([0.0, 0.0, 180.0, 60.0])),
        )
    if rng.random() < 0.2:
        layout.put("garbage_bin", bins.litter_bin(rng), layout.spot(4, 12), 0.5, float(rng.uniform(-40, 40)))
    for _ in range(int(rng.choice([0, 0, 1, 1, 2]))):
        colour = STREAM_COLOURS[int(rng.integers(len(STREAM_COLOURS)))]
        layout.put(
            "overflow", bins.overflowing(rng, colour), layout.spot(4, 12), 0.45, float(rng.normal(0, 40))
        )


def _two_wheelers(layout: _Layout) -> None:
    rng = layout.rng
    if rng.random() < 0.6:
        turned = float(rng.uniform(0, 360))
        _row(
            layout,
            "two_wheeler",
            lambda: two_wheelers.any_two_wheeler(rng),
            int(rng.integers(1, 6)),
            0.8,
            turned,
        )


def _people(layout: _Layout) -> None:
    rng = layout.rng
    for _ in range(int(rng.choice([0, 1, 1, 2, 3]))):
        walking = float(rng.random() < 0.7)
        stoop = float(rng.uniform(0.4, 1)) if rng.random() < 0.15 else 0.0
        posture = people.Posture(
            float(rng.uniform(0, 6.3)), walking * (1 - stoop), stoop, float(rng.random() < 0.4)
        )
        who = people.cleaner() if rng.random() < 0.12 else people.any_person(rng)
        layout.put(
            "person", people.person(who, posture), layout.spot(3.5, 15), 0.35, float(rng.uniform(0, 360))
        )


def _bags(layout: _Layout) -> None:
    rng = layout.rng
    for _ in range(int(rng.integers(1, 6))):
        bag = bags.cardboard(rng, 0.45, 0.35) if rng.random() < 0.06 else bags.any_bag(rng)
        bag = bags.toppled(bag, rng) if rng.random() < 0.25 else bag
        layout.put("garbage", bag, layout.spot(2.8, 11), 0.3, float(rng.uniform(0, 360)))
    if rng.random() < 0.3:
        layout.put(
            "garbage",
            bags.pile(rng, int(rng.integers(4, 9))),
            layout.spot(4, 11),
            0.8,
            float(rng.uniform(0, 360)),
        )
