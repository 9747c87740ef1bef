"""What the three cameras of the demo see: drawn scenes, and published clips where they are at hand.

The drawn scenes are made on first use and kept in `.cache/demo`. Clips given with --clip replace them all.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lilong.errors import DemoError

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".cache" / "demo"
SHARED_DATA = Path(os.environ.get("LILONG_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
BASE_MODEL = SHARED_DATA / "models" / "yolox_nano.onnx"

CORRIDOR = """\
[camera]
id = "corridor"
source = "bag_drop_corridor.mp4"
position = { lon = 121.5622, lat = 31.2507 }

[[zone]]
id = "floor"
kind = "drop_zone"
polygon = [[0.02, 0.55], [0.98, 0.55], [0.98, 0.90], [0.02, 0.90]]

[rule.garbage_drop]
alarm_after_s = 10
"""


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """A camera of the demo and its settings file."""

    name: str
    settings: Path


def own_cameras(clips: tuple[Path, ...], settings: tuple[Path, ...], folder: Path) -> list[DemoCamera]:
    """Take the user's clips with their settings. Raises DemoError when they do not fit together."""
    if len(clips) != len(settings):
        raise DemoError(
            f"--clip was given {len(clips)} times and --camera {len(settings)} times; "
            "give one camera.toml for each clip, in the same order"
        )
    cameras = []
    for number, (clip, file) in enumerate(zip(clips, settings, strict=True), start=1):
        for path, option in ((clip, "--clip"), (file, "--camera")):
            if not path.exists():
                raise DemoError(f"{option} {path}: no such file")
        target = folder / f"camera-{number}.toml"
        target.write_text(_with_source(file.read_text("utf-8"), clip.resolve()), "utf-8")
        cameras.append(DemoCamera(file.stem, target))
    return cameras


def drawn_cameras(folder: Path, now: datetime, on_story: Callable[[str], None]) -> list[DemoCamera]:
    """Write the settings of the three drawn cameras, drawing their footage first where it is missing."""
    try:
        from models.scenes.stories import STORIES
        from models.scenes.write import write_story
    except ImportError as error:
        raise DemoError(
            "the demo footage is drawn by models/scenes, which is in the checkout, not in the package: "
            "run `make demo` in the checkout, or give --clip and --camera"
        ) from error
    cache, cameras = _drawn_folder(), []
    for name, make in STORIES.items():
        story = make()
        drawn = cache / f"{name}.toml"
        if not drawn.exists():
            on_story(name)
            write_story(story, cache)
        text = drawn.read_text("utf-8")
        source = cache / name if (cache / name).is_dir() else cache / f"{name}.mp4"
        if story.seconds_per_frame > 1:
            begin = now - timedelta(seconds=story.frames * story.seconds_per_frame)
            text += (
                "\n[playback]\n"
                f"start = {begin:%Y-%m-%dT%H:%M:%SZ}\n"
                f"fps = {1 / story.seconds_per_frame}\n"
                f"speed = {story.fps * story.seconds_per_frame}\n"
            )
        target = folder / f"{name}.toml"
        target.write_text(_with_source(text, source), "utf-8")
        cameras.append(DemoCamera(name, target))
    return cameras


def published_cameras(folder: Path) -> list[DemoCamera]:
    """Write the settings for the published clip of a bag left in a corridor, where that clip is at hand."""
    clip = SHARED_DATA / "clips" / "bag_drop_corridor.mp4"
    if not clip.exists():
        return []
    target = folder / "corridor.toml"
    target.write_text(_with_source(CORRIDOR, clip), "utf-8")
    return [DemoCamera("corridor", target)]


def _drawn_folder() -> Path:
    """The folder for footage of just these scenes: another version of the scenes is drawn anew."""
    import models.scenes

    digest = hashlib.sha256()
    for file in sorted(Path(models.scenes.__path__[0]).glob("*.py")):
        digest.update(file.read_bytes())
    return CACHE / digest.hexdigest()[:12]


def _with_source(text: str, source: Path) -> str:
    """Put another source into the text of a camera.toml, and leave the rest as its writer left it."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.split("=")[0].strip() == "source":
            lines[index] = f'source = "{source}"'
            return "\n".join(lines) + "\n"
    at = next((index for index, line in enumerate(lines) if line.strip() == "[camera]"), None)
    if at is None:
        raise DemoError("--camera: the file has no [camera] table; see docs/configuration.md")
    lines.insert(at + 1, f'source = "{source}"')
    return "\n".join(lines) + "\n"
