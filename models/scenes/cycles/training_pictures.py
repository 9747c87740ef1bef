"""Renders training scenes into pictures with YOLO label files."""

from pathlib import Path

import cv2
import numpy as np

from models.scenes.cycles.studio import Studio
from models.scenes.film import grainy
from models.scenes.training import TrainingScene, training_scene, yolo_rows

SAMPLES = 3
STREAM = 77
"""Keeps the pictures' random numbers apart from those of the scoring scenes."""


def write_pictures(out: Path, count: int, seed: int) -> None:
    """Write `count` pictures and their labels; pictures that are there already are left as they are."""
    for name in ("images", "labels"):
        (out / name).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"scene-{seed}-{number:04d}"
        if (out / "images" / f"{name}.jpg").exists():
            continue
        rng = np.random.default_rng([STREAM, seed, number])
        scene = training_scene(rng)
        labels = scene.labels()
        picture = _rendered(scene, rng)
        (out / "labels" / f"{name}.txt").write_text(yolo_rows(labels, scene.camera))
        cv2.imwrite(
            str(out / "images" / f"{name}.jpg"),
            picture,
            [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(72, 95))],
        )
        print(f"{number + 1} of {count}: {name}, {len(labels)} objects", flush=True)


def _rendered(scene: TrainingScene, rng: np.random.Generator) -> np.ndarray:
    studio = Studio()
    studio.aim(scene.camera)
    studio.light(scene.light)
    studio.show((*scene.surroundings, *scene.objects))
    picture = studio.picture(SAMPLES)
    if rng.random() < 0.3:
        picture = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)
    return grainy(picture, rng, float(rng.uniform(1, 7)))
