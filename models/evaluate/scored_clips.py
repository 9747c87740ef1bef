"""The footage that `events --scenes` scores: the shipped scenes, and the published clips where they are.

Each clip comes with its truth and the settings of its camera.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import random
from threading import Event as Flag

from edge_agent.bootstrap.clock import SystemClock
from edge_agent.capture import Playback, RecordedSource, SourceParts, open_source
from edge_agent.config.camera import CameraSettings, camera_of, load_camera
from edge_agent.config.tables import Table
from edge_agent.errors import ConfigError
from edge_agent.types import Frame, Image
from models.evaluate.truth import Clip, read_truth

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "models" / "scenes" / "clips" / "truth.json"
PUBLISHED = (
    Path(os.environ.get("LILONG_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "clips" / "truth.json"
)

DROP_ZONE: Table = {"id": "floor", "kind": "drop_zone", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""Published clips come without settings: garbage may be left anywhere in the picture."""


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """A clip, where its footage is, and its camera."""

    truth: Clip
    footage: Path
    settings: CameraSettings

    @property
    def name(self) -> str:
        """What the truth calls it."""
        return self.truth.name

    def frames(self) -> Iterator[Frame]:
        """Yield the frames that a system analyses: those that `edge-agent replay` would."""
        yield from self._open(self.settings.camera.analyse_fps).frames()

    def picture(self, frame: int) -> Image:
        """Give the picture of a frame, the last one for a number beyond."""
        picture = None
        for each in self._open(None).frames():
            picture = each.image
            if each.sequence >= frame:
                break
        if picture is None:
            raise ConfigError(f"{self.footage}: holds no picture")
        return picture

    def _open(self, analyse_fps: float | None) -> RecordedSource:
        parts = SourceParts(self.settings.camera.id, SystemClock(Flag()), random, analyse_fps=analyse_fps)
        fps = 1 / self.truth.step_s if self.truth.is_time_lapse else None
        source = open_source(str(self.footage), parts, Playback(fps=fps))
        if not isinstance(source, RecordedSource):
            raise ConfigError(f"{self.footage}: is no recorded footage")
        return source


def clips_of(truth_file: Path | None = None, names: Sequence[str] = ()) -> list[ScoredClip]:
    """Give the clips of a truth file, whose footage and cameras lie beside it; without a file the shipped
    scenes and the published clips, those that are there. With `names`: those alone.

    Raises ConfigError for a name that is not there and for settings that cannot be read.
    """
    files = [file for file in (SHIPPED, PUBLISHED) if file.exists()] if truth_file is None else [truth_file]
    known = {clip.name: (clip, file) for file in files for clip in read_truth(file).clips}
    if not known:
        raise ConfigError(f"--scenes: there is neither {SHIPPED} nor {PUBLISHED}; give --truth FILE")
    strangers = [name for name in names if name not in known]
    if strangers:
        raise ConfigError(f"--clip: there is no clip {strangers[0]!r}; there are {', '.join(sorted(known))}")
    wanted = [known[name] for name in dict.fromkeys(names)] if names else list(known.values())
    return [ScoredClip(clip, file.parent / clip.file, _settings(clip, file)) for clip, file in wanted]


def with_footage(clips: Sequence[ScoredClip]) -> list[ScoredClip]:
    """Give the clips back. Raises ConfigError for one whose footage is not there."""
    for clip in clips:
        if not clip.footage.exists():
            raise ConfigError(f"clip {clip.name}: there is no footage {clip.footage}")
    return list(clips)


def _settings(clip: Clip, truth_file: Path) -> CameraSettings:
    if clip.camera is None:
        return camera_of(_tables_for(clip), truth_file)
    settings = load_camera(truth_file.parent / clip.camera)
    return replace(settings, camera=replace(settings.camera, id=clip.name))


def _tables_for(clip: Clip) -> Table:
    """Give the settings of a clip that comes without: one drop zone, and the dwell that its truth assumes."""
    return {
        "camera": {"id": clip.name, "source": clip.file},
        "zone": [DROP_ZONE],
        "rule": {"garbage_drop": {"alarm_after_s": 10}},
    }
