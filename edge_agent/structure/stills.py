"""From a frame to a still that can be compared: is it fit, and does it lie exactly over the reference?"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.appearance.masks import Mask, shrunk
from edge_agent.structure.params import StructureWatchParams
from edge_agent.types import GreyImage, Image

_FEATURES = 1500
_INLIER_PX = 3.0
_BORDER_PX = 14
"""So near the border a window of comparison reaches beyond what the still shows."""


class Refusal(StrEnum):
    """Why a still is of no use."""

    DARK = "dark"
    GLARING = "glaring"
    LOW_CONTRAST = "low contrast"
    BLURRED = "blurred"
    NOT_REGISTERED = "does not match the reference view"
    SHIFTED = "camera moved too far"
    CHANGED_AS_A_WHOLE = "changed as a whole"


@dataclass(frozen=True, slots=True)
class Still:
    """A usable picture at working scale, warped onto the reference; `valid` marks what can be compared."""

    image: Image
    valid: Mask


def shrunk_to(image: Image, longer_side_px: int) -> Image:
    """Give the picture with its longer side at most this long."""
    scale = min(1.0, longer_side_px / max(image.shape[:2]))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def unfit(image: Image, params: StructureWatchParams) -> Refusal | None:
    """Tell why a picture cannot be compared by itself, None when it can."""
    grey = _grey(image)
    low, high = np.percentile(grey, (10, 90))
    brightness = float(grey.mean())
    if brightness < params.min_brightness:
        return Refusal.DARK
    if brightness > params.max_brightness:
        return Refusal.GLARING
    return Refusal.LOW_CONTRAST if high - low < params.min_contrast else None


class Registration:
    """Lays stills over one reference view.

    Source: ORB features (Rublee et al. 2011, doi:10.1109/ICCV.2011.6126544) matched both ways, homography by
    RANSAC.
    """

    def __init__(self, reference: Image, params: StructureWatchParams) -> None:
        self._params = params
        self._finder = cv2.ORB.create(nfeatures=_FEATURES)
        self._sharpness = _sharpness(reference)
        self._shape = reference.shape
        self._places, self._features = self._find(reference)

    def lay(self, image: Image) -> Still | Refusal:
        """Warp a picture onto the reference view, or tell why that cannot be done."""
        if _sharpness(image) < self._params.min_sharpness * self._sharpness:
            return Refusal.BLURRED
        warp = self._homography(image)
        if warp is None:
            return Refusal.NOT_REGISTERED
        if self._largest_shift(warp) > self._params.max_shift_fraction * self._shape[1]:
            return Refusal.SHIFTED
        size = (self._shape[1], self._shape[0])
        seen = np.full(image.shape[:2], 255, np.uint8)
        return Still(
            np.asarray(
                cv2.warpPerspective(image, warp, size, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
            ),
            shrunk(np.asarray(cv2.warpPerspective(seen, warp, size), dtype=np.uint8), _BORDER_PX),
        )

    def _find(self, image: Image) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8] | None]:
        evened = cv2.createCLAHE(2.0, (8, 8)).apply(_grey(image))
        keypoints, features = self._finder.detectAndCompute(evened, None)
        places = np.asarray([keypoint.pt for keypoint in keypoints], dtype=np.float32).reshape(-1, 2)
        return places, None if features is None else np.asarray(features, dtype=np.uint8)

    def _homography(self, image: Image) -> npt.NDArray[np.float64] | None:
        places, features = self._find(image)
        if features is None or self._features is None:
            return None
        matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(features, self._features)
        if len(matches) < self._params.min_inliers:
            return None
        sources = places[[match.queryIdx for match in matches]]
        targets = self._places[[match.trainIdx for match in matches]]
        warp, inliers = cv2.findHomography(sources, targets, cv2.RANSAC, _INLIER_PX)
        if warp is None or int(inliers.sum()) < self._params.min_inliers:
            return None
        return np.asarray(warp, dtype=np.float64)

    def _largest_shift(self, warp: npt.NDArray[np.float64]) -> float:
        height, width = self._shape[:2]
        corners = np.asarray([[[0, 0], [width, 0], [width, height], [0, height]]], dtype=np.float64)
        moved = np.asarray(cv2.perspectiveTransform(corners, warp), dtype=np.float64)
        return float(np.linalg.norm(moved - corners, axis=2).max())


def _grey(image: Image) -> GreyImage:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _sharpness(image: Image) -> float:
    """Give the mean strength of fine structure against the contrast of the whole picture."""
    grey = _grey(image)
    low, high = np.percentile(grey, (10, 90))
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean() / max(1.0, high - low))
