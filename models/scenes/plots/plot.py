"""A plot: a place, what happens there at each instant, and what of it deserves an event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.scenes.light import Light
from models.scenes.pinhole import Camera
from models.scenes.places.place import Place
from models.scenes.shapes.thing import Thing


@dataclass(frozen=True, slots=True, eq=False)
class Deserving:
    """Something that deserves an event from `start_s` on.

    `looks` are (second, things): how it looks from then on; the first fits `start_s`.
    """

    kind: str
    start_s: float
    end_s: float | None
    looks: tuple[tuple[float, tuple[Thing, ...]], ...] = ()
    clear_width_m: float | None = None
    changed_area_m2: float | None = None
    camera_state: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A clip to be rendered at five frames a second.

    `things(t)` gives everything that is not surroundings; `camera(t)` moves only where a plot says so,
    `cover(t)` in [0, 1] is how far something is drawn over the lens.
    In a time lapse, `seconds_per_frame` pass between frames.
    """

    name: str
    about: str
    place: Place
    seconds: float
    things: Callable[[float], Sequence[Thing]]
    events: tuple[Deserving, ...]
    rules: dict[str, dict[str, float]]
    is_plain: bool = False
    rain: bool = False
    grain: float = 2.2
    camera: Callable[[float], Camera] | None = None
    light: Callable[[float], Light] | None = None
    cover: Callable[[float], float] | None = None
    fps: int = 5
    seconds_per_frame: float | None = None
    more_settings: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Number of frames."""
        return round(self.seconds * self.fps)

    def camera_at(self, seconds: float) -> Camera:
        """Give the camera's pose then."""
        return self.camera(seconds) if self.camera else self.place.camera

    def light_at(self, seconds: float) -> Light:
        """Give the light then."""
        return self.light(seconds) if self.light else self.place.light

    def is_blind(self, seconds: float) -> bool:
        """Whether the lens is covered, wholly or in part."""
        return self.cover is not None and self.cover(seconds) > 0
