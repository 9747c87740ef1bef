"""Settings of the stillness stage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StillForegroundParams:
    """Table `[still_foreground]`. Times are seconds, contrasts differences of natural logarithms.

    A contrast of 0.1 is a change of brightness by a tenth, the same in sun and in shade.
    """

    working_side_px: int = 480
    """The longer side of the working picture is at most this; the frame is shrunk by a whole factor."""
    contrast: float = 0.12
    """A pixel that differs less than this from the empty scene is not looked at."""
    noise_factor: float = 3.0
    """How many times its usual restlessness a pixel must differ."""
    rest_s: float = 1.5
    """A pixel unchanged for this long rests."""
    learn_s: float = 30.0
    """Time constant with which the empty scene follows slow changes."""
    start_s: float = 2.0
    """Everything seen in the first seconds belongs to the scene."""
    settle_s: float = 2.0
    """After a sudden change of light nothing new is believed for this long."""
    min_side_px: float = 14.0
    """Smaller things (side of the square with the same area, pixels of the frame) are not reported."""
    max_fraction: float = 0.4
    """A region larger than this part of the picture is a change of scene, not a thing."""
    min_score: float = 0.5
    """Regions judged to be added things with less certainty than this are not reported."""
    gone_s: float = 1.0
    """A thing whose place looks empty for this long is gone."""
    max_things: int = 60
    """Hard cap on regions under watch."""

    def __post_init__(self) -> None:
        if self.working_side_px < 120:
            raise ValueError(f"working_side_px: {self.working_side_px} must be at least 120")
        for name in ("contrast", "max_fraction", "min_score"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must lie between 0 and 1")
        for name in ("noise_factor", "rest_s", "learn_s", "settle_s", "min_side_px", "gone_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be greater than 0")
        if self.start_s < 0:
            raise ValueError(f"start_s: {self.start_s} must not be negative")
        if self.max_things < 1:
            raise ValueError(f"max_things: {self.max_things} must be at least 1")
