"""What the user may set about the camera's watch over itself."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class GuardianParams:
    """Table `[guardian]`. The defaults raise a fault within 30 s and are meant to stay.

    enabled: false lets every picture count as good.
    check_every_s: seconds between two checks, 0.2 to 30.
    sustain_s: a fault must show in most checks of so long a time before it is raised, 2 to 600.
    clear_s: and be gone for so long before the camera counts as good again, 2 to 600.
    frozen_s: identical pictures for so long count as frozen, 5 to 600.
    dark_level: mean grey level below which the picture counts as dark, 0 to 60.
    moved_fraction: shift of the view as part of the picture's width that counts as moved, 0.005 to 0.5.
    moved_deg: turn of the view about its middle that counts as moved, 0.5 to 45.
    covered_fraction: part of the textured picture without texture now that counts as covered, 0.2 to 1.
    defocused_ratio: sharpness relative to the camera's usual one that counts as defocused, 0.1 to 0.95.
    """

    enabled: bool = True
    check_every_s: float = 2.0
    sustain_s: float = 20.0
    clear_s: float = 10.0
    frozen_s: float = 20.0
    dark_level: float = 10.0
    moved_fraction: float = 0.015
    moved_deg: float = 1.0
    covered_fraction: float = 0.4
    defocused_ratio: float = 0.85

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "check_every_s": (0.2, 30),
                "sustain_s": (2, 600),
                "clear_s": (2, 600),
                "frozen_s": (5, 600),
                "dark_level": (0, 60),
                "moved_fraction": (0.005, 0.5),
                "moved_deg": (0.5, 45),
                "covered_fraction": (0.2, 1),
                "defocused_ratio": (0.1, 0.95),
            },
        )
