"""Settings of geolocation: control points, lens, and how well each quantity is known."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range

PERCENT_95_CHI2 = 5.991
"""95 % quantile of the chi-squared distribution with 2 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A mark seen in the picture and known on the ground; table `[[control_point]]` of camera.toml."""

    pixel: tuple[float, float]
    """x, y relative to width and height, origin top left."""
    lonlat: tuple[float, float]
    """WGS 84 degrees."""


@dataclass(frozen=True, slots=True)
class LensParams:
    """Table `[lens]` of camera.toml: pinhole and distortion as OpenCV's calibration gives them.

    With `size_px` (width, height of the pictures used for calibration) `fx`, `fy`, `cx`, `cy` are pixels of
    such a picture; without it they are relative to width, height, width, height. Source of the distortion:
    D. C. Brown, Decentering Distortion of Lenses, Photogrammetric Engineering 32 (1966); A. E. Conrady
    (1919).
    """

    fx: float
    """Focal length across."""
    fy: float | None = None
    """Focal length down. Not given: the pixels are square."""
    cx: float | None = None
    """Centre of the picture across. Not given: the middle."""
    cy: float | None = None
    """Centre of the picture down. Not given: the middle."""
    k1: float = 0.0
    """Radial distortion, second order."""
    k2: float = 0.0
    """Radial distortion, fourth order."""
    p1: float = 0.0
    """Tangential distortion, across."""
    p2: float = 0.0
    """Tangential distortion, down."""
    k3: float = 0.0
    """Radial distortion, sixth order."""
    size_px: tuple[int, int] | None = None
    """Width and height of the pictures used for calibration."""

    def __post_init__(self) -> None:
        """Refuse what no lens has."""
        if self.fx <= 0:
            raise ValueError("fx: a focal length must be more than 0")
        if self.fy is not None and self.fy <= 0:
            raise ValueError("fy: a focal length must be more than 0")
        if self.size_px is not None and min(self.size_px) <= 0:
            raise ValueError("size_px: width and height must be more than 0")
        if self.size_px is None and self.fx > 20:
            raise ValueError(
                "fx: looks like pixels; give size_px = [width, height] of the calibration pictures"
            )


@dataclass(frozen=True, slots=True)
class GeolocateParams:
    """Table `[geolocate]` of camera.toml. Standard deviations are one sigma."""

    click_sigma_px: float = 2.0
    """How exactly a control point was clicked, in pixels of the frame."""
    control_point_sigma_m: float = 0.1
    """How exactly each control point was measured, relative to the others."""
    survey_sigma_m: float = 0.2
    """How exactly all of them together lie on Earth (an offset of the map they were read from)."""
    box_sigma_px: float = 2.0
    """Least error of a box edge; the fractions below hold for larger boxes."""
    box_width_sigma: float = 0.05
    """Error of the ground point across, as a fraction of the box's width."""
    box_height_sigma: float = 0.08
    """Error of the ground point up and down, as a fraction of the box's height."""
    max_major_m: float = 10.0
    """A homography fix whose 95 % ellipse reaches further is refused."""
    position_error_m: float = 30.0
    """95 % radius stated when only the camera's own position can be given."""

    def __post_init__(self) -> None:
        """Refuse what would make the stated error a lie."""
        refuse_out_of_range(
            self,
            {
                "click_sigma_px": (0.1, 100),
                "control_point_sigma_m": (0, 100),
                "survey_sigma_m": (0, 100),
                "box_sigma_px": (0.1, 100),
                "box_width_sigma": (0, 1),
                "box_height_sigma": (0, 1),
                "max_major_m": (0.1, 1000),
                "position_error_m": (1, 100_000),
            },
        )
