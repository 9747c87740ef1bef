"""`edge-agent calibrate`: how well a camera's control points fix the ground before it, and what to mend."""

from dataclasses import dataclass
from pathlib import Path
from random import random
from threading import Event as Flag
from threading import Timer

import numpy as np

from edge_agent.appearance.mosaic import pixelate
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.capture import SourceParts, open_source
from edge_agent.commands.calibration_report import describe
from edge_agent.commands.calibration_still import draw_still
from edge_agent.commands.picture_file import refuse_unfit_name, write_picture
from edge_agent.config.camera import CameraSettings, load_camera
from edge_agent.detect import open_detector
from edge_agent.detect.manifest import DEFAULT_MODEL
from edge_agent.errors import ConfigError, TransientError
from edge_agent.evidence.redact import PERSON_LABELS
from edge_agent.geolocate import Calibration
from edge_agent.geolocate import calibrate as fit_plane
from edge_agent.pipeline import frame_size_px
from edge_agent.types import Frame, Image

ASSUMED_SIZE_PX = (1920, 1080)
FRAMES = 15
FRAMES_PER_S = 2.0
FEWEST_FRAMES = 5
"""From so many on, the median is rid of passers-by."""
WAIT_S = 30.0
"""A live camera that gives no frame for so long is away."""


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """What the command line says; see `edge-agent calibrate --help`."""

    camera: Path
    source: str | None = None
    still: Path | None = None
    size_px: tuple[int, int] | None = None
    model: str = DEFAULT_MODEL


def calibrate(options: CalibrateOptions) -> str:
    """Judge the control points and give the report as text; write the still if one is wanted.

    Raises ConfigError when the points do not fix a plane or the source cannot be read.
    """
    settings = load_camera(options.camera)
    if not settings.control_point:
        raise ConfigError(
            f"{options.camera}: no [[control_point]]; click six or more marks on the ground, spread "
            "over the picture, each with pixel = [x, y] and lonlat = [lon, lat]"
        )
    if options.still is None:
        size_px = options.size_px or ASSUMED_SIZE_PX
        calibration = _fit(options.camera, settings, size_px)
        return describe(settings.camera.id, settings.control_point, calibration, settings.geolocate)
    refuse_unfit_name(options.still)
    frames = _frames(options.source or settings.camera.source, settings.camera.id)
    calibration = _fit(options.camera, settings, frame_size_px(frames[0]))
    picture = _without_people(frames, options.model)
    write_picture(options.still, draw_still(picture, calibration, settings.control_point))
    return describe(settings.camera.id, settings.control_point, calibration, settings.geolocate)


def _fit(file: Path, settings: CameraSettings, size_px: tuple[int, int]) -> Calibration:
    try:
        return fit_plane(settings.control_point, settings.lens, settings.geolocate, size_px)
    except ValueError as error:
        raise ConfigError(f"{file}: control_point: {error}") from error


def _frames(source_name: str, camera_id: str) -> list[Frame]:
    """Take a few frames over some seconds."""
    stop = Flag()
    parts = SourceParts(camera_id, SystemClock(stop), random, analyse_fps=FRAMES_PER_S)
    source = open_source(source_name, parts)

    def give_up() -> None:
        stop.set()
        source.close()

    deadline = Timer(WAIT_S, give_up)
    deadline.daemon = True
    deadline.start()
    frames: list[Frame] = []
    try:
        for frame in source.frames():
            frames.append(frame)
            if len(frames) >= FRAMES:
                break
    finally:
        deadline.cancel()
        source.close()
    if not frames:
        raise TransientError(f"source {source_name}: gave no frame within {WAIT_S:g} s")
    return [frame for frame in frames if frame.image.shape == frames[0].image.shape]


def _without_people(frames: list[Frame], model: str) -> Image:
    """Give a picture without passers-by (the median of the frames); who stood still is pixelated."""
    detector = open_detector(model)
    if len(frames) < FEWEST_FRAMES and not PERSON_LABELS.intersection(detector.labels):
        raise ConfigError(
            f"{len(frames)} frames are too few to tell people from the yard; "
            "give longer footage, or a --model that knows persons"
        )
    middle = len(frames) // 2
    picture = np.partition(np.stack([frame.image for frame in frames]), middle, axis=0)[middle]
    found = detector.detect(picture)
    return pixelate(picture, [each.box_xyxy_px for each in found if each.label in PERSON_LABELS])
