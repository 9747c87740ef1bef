"""Makes a plot into a clip with its truth: plates and windows are rendered once and kept, then put together.

Every rendered piece is a file named by what it shows: a run that was cut off goes on where it stopped.
"""

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from models.scenes.composite import Picture, compose
from models.scenes.cycles.studio import Studio
from models.scenes.film import covered, grainy, rainy, write_mp4
from models.scenes.light import Light
from models.scenes.pinhole import Camera
from models.scenes.plots.plot import Plot
from models.scenes.records import write_records
from models.scenes.shapes.thing import Thing
from models.scenes.windows import Window, merged, window_of

PLATE_SAMPLES, REST_SAMPLES, MOVING_SAMPLES = 14, 12, 5
FLICKER = 0.004
FOR_EVER_S = 1e9
"""A time after everything: how the camera looks in the end."""
MAX_BYTES = 2_900_000
FIRST_CRF, LAST_CRF = 23, 33


class Renderer:
    """Renders plates and windows of one plot, or finds them in the work folder."""

    def __init__(self, plot: Plot, work: Path) -> None:
        self._plot, self._work = plot, work
        self._studio: Studio | None = None
        self._set: tuple[Camera, Light] | None = None
        self._plates: dict[tuple[Camera, Light], Picture] = {}
        work.mkdir(parents=True, exist_ok=True)

    def plate(self, camera: Camera, light: Light) -> Picture:
        """Give the empty place."""
        if (camera, light) not in self._plates:
            lasting = camera in (self._plot.place.camera, self._plot.camera_at(FOR_EVER_S))
            samples = PLATE_SAMPLES if lasting else MOVING_SAMPLES
            self._plates[camera, light] = self._piece(camera, light, (), None, samples)
        return self._plates[camera, light]

    def window(
        self, camera: Camera, light: Light, things: Sequence[Thing], window: Window, moving: bool
    ) -> Picture:
        """Give part of the picture with these things in it."""
        return self._piece(camera, light, things, window, MOVING_SAMPLES if moving else REST_SAMPLES)

    def _piece(
        self, camera: Camera, light: Light, things: Sequence[Thing], window: Window | None, samples: int
    ) -> Picture:
        shown = (*self._plot.place.surroundings, *things)
        path = self._work / f"{signature(shown, repr(camera), repr((light, samples, window)))}.png"
        found = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.exists() else None
        if found is None:
            found = self._render(camera, light, shown, window, samples)
            partial = path.with_suffix(".partial.png")
            cv2.imwrite(str(partial), found)
            partial.replace(path)
        return np.asarray(found, np.uint8)

    def _render(
        self, camera: Camera, light: Light, shown: Sequence[Thing], window: Window | None, samples: int
    ) -> Picture:
        if self._studio is None:
            self._studio = Studio()
        if (camera, light) != self._set:
            self._studio.aim(camera)
            self._studio.light(light)
            self._set = (camera, light)
        self._studio.show(shown)
        return self._studio.picture(samples, 0, window)


def signature(things: Sequence[Thing], *more: str) -> str:
    """Give a name for a picture of just these things, from their meshes, looks and places."""
    digest = hashlib.blake2b(digest_size=12)
    for text in more:
        digest.update(text.encode())
    for thing in things:
        digest.update(np.round(thing.matrix, 5).tobytes())
        for part in thing.parts:
            digest.update(np.round(part.matrix, 5).tobytes())
            digest.update(repr(part.look).encode())
            digest.update(part.mesh.vertices_m.tobytes())
    return digest.hexdigest()


def clean_frames(plot: Plot, work: Path) -> Iterator[Picture]:
    """Render the frames of a plot in order, without what the camera adds."""
    renderer, before = Renderer(plot, work), dict[str, str]()
    for frame in range(plot.frames):
        seconds = frame / plot.fps
        camera, light, things = plot.camera_at(seconds), plot.light_at(seconds), list(plot.things(seconds))
        now = {thing.name: signature([thing]) for thing in things}
        moving = {name for name, at in now.items() if before.get(name) != at}
        before = now
        pieces = []
        for window, inside in _windows(plot, camera, light, things):
            moves = any(thing.name in moving for thing in inside)
            pieces.append((window, renderer.window(camera, light, inside, window, moves)))
        yield compose(renderer.plate(camera, light), pieces)


def _windows(
    plot: Plot, camera: Camera, light: Light, things: Sequence[Thing]
) -> list[tuple[Window, list[Thing]]]:
    """The windows of a frame and the things that show in each."""
    wet = plot.place.wet
    own = [
        (window, thing) for thing in things if (window := window_of(thing, camera, light, wet)) is not None
    ]
    result = []
    for window in merged([window for window, _ in own]):
        inside = [
            thing
            for (left, top, right, bottom), thing in own
            if window[0] <= left and right <= window[2] and window[1] <= top and bottom <= window[3]
        ]
        result.append((window, inside))
    return result


def filmed(plot: Plot, work: Path) -> Iterator[Picture]:
    """Give the frames as the camera records them, with progress on the terminal."""
    seed = int.from_bytes(hashlib.blake2b(plot.name.encode(), digest_size=4).digest(), "big")
    for frame, picture in enumerate(clean_frames(plot, work)):
        rng = np.random.default_rng([seed, frame])
        if plot.cover is not None:
            picture = covered(picture, plot.cover(frame / plot.fps))
        if plot.rain:
            picture = rainy(picture, rng)
        if frame % plot.fps == 0:
            print(f"{plot.name}: {frame} of {plot.frames} frames", flush=True)
        yield grainy(picture, rng, plot.grain, FLICKER)


def produce(plot: Plot, work: Path, out: Path) -> Path:
    """Render a plot and write clip, camera settings and truth into `out`; gives the clip."""
    out.mkdir(parents=True, exist_ok=True)
    clip = out / f"{plot.name}.mp4"
    frames = list(filmed(plot, work))
    for crf in range(FIRST_CRF, LAST_CRF, 2):
        write_mp4(clip, iter(frames), Fraction(plot.fps), crf)
        if clip.stat().st_size <= MAX_BYTES:
            break
    write_records(plot, clip, out)
    print(f"{clip}: {len(frames)} frames, {clip.stat().st_size / 1e6:.2f} MB", flush=True)
    return clip
