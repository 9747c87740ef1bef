"""Settings of the structure watch."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class StructureWatchParams:
    """Table `[structure_watch]`.

    still_every_s: seconds between the stills that are compared, 1 to 86400.
    working_side_px: the longer side of the working picture, 160 to 1920.
    min_brightness, max_brightness: mean grey level of a usable still, 0 to 255.
    min_contrast: grey levels from the 10th to the 90th percentile of a usable still, 1 to 255.
    min_sharpness: fine structure of a usable still as part of the reference view's, 0 to 1.
    min_inliers: matched features that a registered still needs, 8 to 1000.
    max_shift_fraction: a still shifted further than this part of the width is refused, 0 to 0.2.
    max_changed_fraction: a still that differs on more of the picture (snow, fog, night) is refused, 0 to 1.
    same_correlation: local correlation from which a place counts as unchanged, 0 to 1.
    day_share: part of a day's stills in which a place must differ, 0 to 1.
    min_area_fraction: smallest change, as part of the watched area, 0 to 1.
    min_score: changes less certain than this to be something added are not reported, 0 to 1.
    utc_offset_h: where the day begins: hours from UTC to local time, -12 to 14.
    keep_days: days in the diary, 3 to 366.
    max_references: reference views in different light, 1 to 24.
    """

    still_every_s: float = 600.0
    working_side_px: int = 640
    min_brightness: float = 35.0
    max_brightness: float = 225.0
    min_contrast: float = 20.0
    min_sharpness: float = 0.3
    min_inliers: int = 25
    max_shift_fraction: float = 0.04
    max_changed_fraction: float = 0.6
    same_correlation: float = 0.5
    day_share: float = 0.6
    min_area_fraction: float = 0.01
    min_score: float = 0.5
    utc_offset_h: float = 8.0
    keep_days: int = 14
    max_references: int = 8

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "still_every_s": (1, 86400),
                "working_side_px": (160, 1920),
                "min_brightness": (0, 255),
                "max_brightness": (0, 255),
                "min_contrast": (1, 255),
                "min_sharpness": (0, 1),
                "min_inliers": (8, 1000),
                "max_shift_fraction": (0, 0.2),
                "max_changed_fraction": (0, 1),
                "same_correlation": (0, 1),
                "day_share": (0, 1),
                "min_area_fraction": (0, 1),
                "min_score": (0, 1),
                "utc_offset_h": (-12, 14),
                "keep_days": (3, 366),
                "max_references": (1, 24),
            },
        )
        if self.min_brightness >= self.max_brightness:
            raise ValueError(f"min_brightness: {self.min_brightness} must be below max_brightness")
