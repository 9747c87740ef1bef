"""What the three cameras of the demo see: rendered scenes that the repository ships (models/scenes/clips).

Clips given with --clip replace them all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lilong.errors import DemoError

REPOSITORY = Path(__file__).resolve().parent.parent
SHIPPED = REPOSITORY / "models" / "scenes" / "clips"
DEMO_SCENES = ("bin-station-day", "fire-lane-car", "rooftop")
LAPSE_LASTS = timedelta(days=10)
"""How long the rooftop was watched: its last still is of today."""


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


def shipped_cameras(folder: Path, now: datetime) -> list[DemoCamera]:
    """Write the settings of the three shipped scenes. Raises DemoError where the clips are not at hand."""
    cameras = []
    for name in DEMO_SCENES:
        clip, settings = SHIPPED / f"{name}.mp4", SHIPPED / f"{name}.toml"
        if not clip.exists() or not settings.exists():
            raise DemoError(
                f"{clip}: no such file; the demo's clips are in the checkout, not in the package: "
                "run `make demo` in the checkout, or give --clip and --camera"
            )
        text = _with_source(settings.read_text("utf-8"), clip)
        target = folder / settings.name
        target.write_text(_begun_at(text, now - LAPSE_LASTS), "utf-8")
        cameras.append(DemoCamera(name, target))
    return cameras


def _begun_at(text: str, begin: datetime) -> str:
    """Let a time lapse begin at another time; what has no start of its own plays in the present."""
    lines = [
        f"start = {begin:%Y-%m-%dT%H:%M:%SZ}" if line.split("=")[0].strip() == "start" else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"


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
