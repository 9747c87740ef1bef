"""Tells why a region differs from the empty scene: something was added, something taken away, or light changed.

Light multiplies what is there, so the texture of the ground stays. A thing replaces that texture and brings an
outline that was not there before; a thing taken away takes its outline with it. Scenery that a trembling camera
shifted is found again a few pixels off.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.still_foreground.light import LogImage, Mask, Plane, logarithm, strongest_channel
from edge_agent.types import Image

_KERNEL = np.ones((3, 3), np.uint8)
_FLOOR_CONTRAST = 0.05
_MIN_AROUND_PX = 30
_MAX_SHIFT_PX = 5


class Cause(StrEnum):
    """Why a region differs from the empty scene."""

    ADDED = "added"
    REMOVED = "removed"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` in [0, 1]: how sure it is that something was added; `outline` marks it in the crop."""

    cause: Cause
    score: float
    outline: Mask


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured between the empty scene and now, all in natural logarithms of brightness.

    `contrast_now` and `contrast_before`: colour step across the outline. `texture_now`, `texture_before`:
    standard deviation of the fine structure inside; `texture_kept` in [-1, 1]: its correlation;
    `shifted_kept`: the best correlation of the scenery at a shift of a few pixels. `ratio`: mean change of
    brightness inside, `unevenness` its standard deviation, `tint` its largest difference between colours.
    """

    contrast_now: float
    contrast_before: float
    texture_now: float
    texture_before: float
    texture_kept: float
    shifted_kept: float
    ratio: float
    unevenness: float
    tint: float


def judge(before: Image, now: Image, region: Mask, others: Mask) -> Verdict:
    """Compare a crop of the empty scene with the same crop now, shapes (H, W, 3).

    `region` (H, W) marks what differs, `others` what else must not be taken for the surroundings.
    """
    old, new = logarithm(cv2.GaussianBlur(before, (3, 3), 0)), logarithm(cv2.GaussianBlur(now, (3, 3), 0))
    around = _surroundings(region, others)
    old = old + np.median((new - old)[around], axis=0).astype(np.float32)
    outline = _outline(strongest_channel(new - old), region, around)
    measured = compare(old, new, outline, others)
    return Verdict(_cause(measured), _score(measured), outline)


def _surroundings(region: Mask, others: Mask) -> npt.NDArray[np.bool_]:
    near = cv2.bitwise_or(cv2.dilate(region, _KERNEL, iterations=2), others)
    if near.size - cv2.countNonZero(near) < _MIN_AROUND_PX:
        near = region
    if near.size == cv2.countNonZero(near):
        return np.ones(near.shape, np.bool_)
    return near == 0


def _outline(difference: Plane, region: Mask, around: npt.NDArray[np.bool_]) -> Mask:
    """Draw the region tightly at full resolution: the largest connected part that differs clearly."""
    noise = float(np.median(difference[around]))
    strength = float(np.percentile(difference[region > 0], 75))
    clear = difference > max(0.10, 3 * noise, 0.25 * strength)
    reach = cv2.dilate(region, _KERNEL, iterations=3) > 0
    drawn = cv2.morphologyEx((clear & reach).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels = cv2.connectedComponents(drawn)
    if count < 2:
        return region
    overlaps = np.bincount(labels[region > 0], minlength=count)
    overlaps[0] = 0
    largest = (labels == int(overlaps.argmax())).astype(np.uint8) * np.uint8(255)
    return largest if overlaps.max() >= 9 else region


def compare(old: LogImage, new: LogImage, outline: Mask, others: Mask) -> Comparison:
    """Measure what changed inside and at an outline; `old` is already brought to the light of `new`."""
    core = cv2.erode(outline, _KERNEL) > 0
    if np.count_nonzero(core) < 12:
        core = outline > 0
    fine_new, fine_old = _fine_structure(new), _fine_structure(old)
    inside = (new - old)[outline > 0]
    tints = inside.mean(axis=0)
    return Comparison(
        contrast_now=_contrast_across(new, outline, others),
        contrast_before=_contrast_across(old, outline, others),
        texture_now=float(fine_new[core].std()),
        texture_before=float(fine_old[core].std()),
        texture_kept=_correlation(fine_new[core], fine_old[core]),
        shifted_kept=_best_shifted_correlation(
            fine_old, fine_new, cv2.dilate(outline, _KERNEL, iterations=2)
        ),
        ratio=float(tints.mean()),
        unevenness=float(inside.mean(axis=1).std()),
        tint=float(tints.max() - tints.min()),
    )


def _cause(measured: Comparison) -> Cause:
    if max(measured.texture_kept, measured.shifted_kept) > 0.7:
        return Cause.LIGHT
    return Cause.ADDED if measured.contrast_now >= measured.contrast_before else Cause.REMOVED


def _score(measured: Comparison) -> float:
    """Combine: a new outline, strong enough; the old texture is not found again; light cannot explain it."""
    share = measured.contrast_now / (measured.contrast_now + measured.contrast_before + _FLOOR_CONTRAST)
    outlined = _ramp(share, 0.5, 0.8) * _ramp(measured.contrast_now, 0.05, 0.2)
    kept = measured.texture_kept if measured.texture_before > 0.03 else 0.0
    replaced = 1 - _ramp(max(kept, measured.shifted_kept), 0.4, 0.75)
    return outlined * replaced * (0.4 if _could_be_shadow(measured) else 1.0)


def _could_be_shadow(measured: Comparison) -> bool:
    """Tell whether a shadow or a patch of sun explains all: an even change without new texture or colour."""
    is_even = measured.unevenness < 0.10 and measured.texture_now < 0.02 + 1.5 * measured.texture_before
    return is_even and measured.tint < 0.15 and abs(measured.ratio) < 0.9


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _fine_structure(picture: LogImage) -> Plane:
    grey = cv2.transform(picture, np.full((1, 3), 1 / 3, np.float32))
    fine: Plane = grey - cv2.blur(grey, (7, 7))
    return fine


def _correlation(one: Plane, other: Plane) -> float:
    spread = float(one.std() * other.std())
    if spread < 1e-6:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread


def _best_shifted_correlation(old: Plane, new: Plane, place: Mask) -> float:
    """Give the best correlation of the old scenery at `place` with the new one a few pixels off."""
    x, y, width, height = cv2.boundingRect(place)
    reach = _MAX_SHIFT_PX
    left, top = max(0, x - reach), max(0, y - reach)
    searched = new[top : y + height + reach, left : x + width + reach]
    pattern = old[y : y + height, x : x + width]
    if float(pattern.std()) < 0.03:
        return 0.0
    found = cv2.matchTemplate(searched, pattern, cv2.TM_CCOEFF_NORMED)
    return float(np.nanmax(found))


def _contrast_across(picture: LogImage, outline: Mask, others: Mask) -> float:
    """Give the median step of colour between the two sides of an outline.

    Source: colour contrast along the boundary tells abandoned from removed, San Miguel and Martinez (2008),
    doi:10.1109/AVSS.2008.29; here with local means on both sides.
    """
    inner = cv2.subtract(outline, cv2.erode(outline, _KERNEL, iterations=3))
    near = cv2.dilate(outline, _KERNEL, iterations=2)
    outer = cv2.subtract(cv2.subtract(cv2.dilate(near, _KERNEL, iterations=3), near), others)
    inner_mean, inner_count = _local_mean(picture, inner)
    outer_mean, outer_count = _local_mean(picture, outer)
    border = cv2.subtract(cv2.dilate(outline, _KERNEL), cv2.erode(outline, _KERNEL))
    known = (border > 0) & (inner_count >= 3) & (outer_count >= 3)
    if not known.any():
        return 0.0
    return float(np.median(np.abs(inner_mean[known] - outer_mean[known]).max(axis=1)))


def _local_mean(picture: LogImage, mask: Mask) -> tuple[LogImage, Plane]:
    weight = (mask > 0).astype(np.float32)
    count = cv2.boxFilter(weight, -1, (11, 11), normalize=False)
    total = cv2.boxFilter(picture * weight[..., None], -1, (11, 11), normalize=False)
    mean: LogImage = total / np.maximum(count, np.float32(1e-3))[..., None]
    return mean, count
