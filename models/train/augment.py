"""Makes training pictures: one photo filling the picture, one far away on plain ground, or four or nine in a
mosaic.

The photos show things large and at eye level; a camera at 3-4 m sees them small. So the scale goes down to a
fifth, and nine small photos in one picture teach small things faster than one. Towards the end of a run most
pictures are whole photos, as the detector will meet them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from models.train.cutouts import Cutout, lay_cutouts
from models.train.samples import Floats, Picture, Sample, areas_px2, no_boxes
from models.train.sources import Source
from models.train.weather import weather

SMALLEST_BOX_PX = 5.0
KEPT_SHARE = 0.35
"""A box of which less than this share stays in the picture is not judged."""

Window = tuple[int, int, int, int]
Scales = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mix:
    """How often a picture is one whole photo, one far photo or nine small ones (else four), and how often it
    is changed further."""

    whole: float
    far: float
    nine: float
    pasted: float
    weather: float


LEARNING = Mix(whole=0.40, far=0.16, nine=0.14, pasted=0.25, weather=0.7)
SETTLING = Mix(whole=0.48, far=0.18, nine=0.14, pasted=0.15, weather=0.6)
_WHOLE_SCALES, _FAR_SCALES, _FOUR_SCALES, _NINE_SCALES = (0.75, 1.35), (0.22, 0.75), (0.28, 1.1), (0.22, 0.55)
"""Size of a photo against the whole picture, from and to, drawn evenly over its logarithm."""
_UNMIXED, _OVERLAID = 0.35, (0.2, 0.8)
"""How often a matching picture is of the wide world alone, and else the share of the street in it."""
_NINE_CUTS = (0.26, 0.60), (0.40, 0.74)
"""Where the two cuts between three photos lie at least and at most, as shares of the picture's side."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A training picture (S, S, 3), its boxes (N, 5) as in Sample, and the places that are not judged
    (K, 4)."""

    picture: Picture
    boxes: Floats
    ignored: Floats


def training_picture(
    sources: Sequence[Source], cutouts: Sequence[Cutout], rng: np.random.Generator, size: int, mix: Mix
) -> Scene:
    """Make one training picture."""
    picture = np.full((size, size, 3), rng.integers(60, 150, 3) if rng.random() < 0.5 else 114, np.uint8)
    windows, scales = _layout(rng, size, mix)
    parts = [_paste(picture, _draw(sources, rng), window, scales, rng) for window in windows]
    boxes = np.vstack([kept for kept, _ in parts])
    ignored = np.vstack([dropped for _, dropped in parts])
    if cutouts and rng.random() < mix.pasted:
        boxes = lay_cutouts(picture, boxes, cutouts, rng)
    return Scene(weather(picture, rng, mix.weather), boxes, ignored)


def matching_picture(
    streets: Sequence[Source], world: Sequence[Source], rng: np.random.Generator, size: int, mix: Mix
) -> Scene:
    """Make a picture in which no label is judged, only whether both networks see the same: photos of the
    wide world, two thirds of them seen through photos of streets.

    Neither need look like anything: what is matched is the function, and overlaid photos are many more
    pictures than there are photos. Source: Beyer et al., CVPR 2022, arXiv:2106.05237.
    """
    wide = training_picture(world, [], rng, size, mix).picture
    street = training_picture(streets, [], rng, size, mix).picture
    share = 0.0 if rng.random() < _UNMIXED else float(rng.uniform(*_OVERLAID))
    overlaid = cv2.addWeighted(street, share, wide, 1 - share, 0)
    whole = np.array([[-1, -1, size + 1, size + 1]], np.float32)
    return Scene(np.asarray(overlaid, np.uint8), no_boxes(), whole)


def _layout(rng: np.random.Generator, size: int, mix: Mix) -> tuple[list[Window], Scales]:
    chosen = rng.random()
    if chosen < mix.whole:
        return [(0, 0, size, size)], _WHOLE_SCALES
    if chosen < mix.whole + mix.far:
        return [(0, 0, size, size)], _FAR_SCALES
    if chosen < mix.whole + mix.far + mix.nine:
        across, down = ((0, *(int(cut * size) for cut in rng.uniform(*_NINE_CUTS)), size) for _ in range(2))
        return _windows(across, down), _NINE_SCALES
    x, y = (int(value) for value in rng.uniform(0.3, 0.7, 2) * size)
    return _windows((0, x, size), (0, y, size)), _FOUR_SCALES


def _windows(across: Sequence[int], down: Sequence[int]) -> list[Window]:
    """Give the windows between cuts across and down the picture."""
    return [(x1, y1, x2, y2) for y1, y2 in pairwise(down) for x1, x2 in pairwise(across)]


def _draw(sources: Sequence[Source], rng: np.random.Generator) -> Sample:
    shares = np.array([source.share for source in sources])
    source = sources[int(rng.choice(len(sources), p=shares / shares.sum()))]
    return source.samples[int(rng.choice(len(source.samples), p=source.chances))]


def _paste(
    picture: Picture, sample: Sample, window: Window, scales: Scales, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Lay one photo, scaled and perhaps mirrored, into a window; give its boxes and what is not judged
    there."""
    left, top, right, bottom = window
    height, width = sample.picture.shape[:2]
    scale = float(np.exp(rng.uniform(*np.log(scales)))) * picture.shape[0] / max(width, height)
    aspect = float(np.exp(rng.normal(0, 0.12)))
    new_size = (max(8, round(width * scale * aspect)), max(8, round(height * scale / aspect)))
    small = cv2.resize(
        sample.picture, new_size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    is_mirrored = rng.random() < 0.5
    if is_mirrored:
        small = small[:, ::-1]
    x = _offset(left, right - new_size[0], rng)
    y = _offset(top, bottom - new_size[1], rng)
    seen = (max(left, x), max(top, y), min(right, x + new_size[0]), min(bottom, y + new_size[1]))
    x1, y1, x2, y2 = seen
    picture[y1:y2, x1:x2] = small[y1 - y : y2 - y, x1 - x : x2 - x]
    stretch = (new_size[0] / width, new_size[1] / height)
    full = moved(sample.boxes[:, 1:], stretch, new_size[0] if is_mirrored else None, (x, y))
    unsure = moved(sample.ignored, stretch, new_size[0] if is_mirrored else None, (x, y))
    return judged(sample.boxes[:, 0], full, unsure, seen)


def _offset(low: int, high: int, rng: np.random.Generator) -> int:
    return int(rng.integers(min(low, high), max(low, high) + 1))


def moved(
    corners: Floats, stretch: tuple[float, float], mirrored_width: int | None, offset: tuple[int, int]
) -> Floats:
    """Give boxes (N, 4) of a photo where they lie after scaling, mirroring (within that width) and
    shifting."""
    boxes = corners * np.array(stretch * 2, np.float32)
    if mirrored_width is not None:
        boxes[:, [0, 2]] = mirrored_width - boxes[:, [2, 0]]
    return np.asarray(boxes + np.array(offset * 2, np.float32), np.float32)


def judged(labels: Floats, full: Floats, unsure: Floats, seen: Window) -> tuple[Floats, Floats]:
    """Cut boxes to the part that is seen; those of which too little is left join the places that are not
    judged."""
    low, high = (seen[0], seen[1]) * 2, (seen[2], seen[3]) * 2
    cut = np.clip(full, low, high)
    share = areas_px2(cut) / np.maximum(areas_px2(full), 1e-6)
    is_large = (cut[:, 2:] - cut[:, :2]).min(axis=1, initial=np.inf) >= SMALLEST_BOX_PX
    is_judged = (share >= KEPT_SHARE) & is_large
    places = np.vstack([cut[~is_judged], np.clip(unsure, low, high)])
    boxes = np.column_stack([labels[is_judged], cut[is_judged]])
    return boxes.astype(np.float32), places[areas_px2(places) > 0].astype(np.float32)
