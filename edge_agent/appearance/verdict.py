"""Tells why a region differs from an older picture of the place: a thing was added, one taken away, or light.

Light multiplies what is there, so the texture of the ground stays. A thing replaces that texture and brings
an outline that was not there before; a thing taken away takes its outline with it. Scenery that a trembling
camera shifted is found again a few pixels off.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.appearance.light import LogImage, Plane, correlation, fine_structure, strongest_channel
from edge_agent.appearance.masks import (
    Mask,
    both,
    commonest,
    components,
    either,
    grown,
    joined,
    marked,
    outside,
    shrunk,
    size_px2,
    without,
)

_FLOOR_CONTRAST = 0.05
_MIN_AROUND_PX2 = 30
_MIN_INSIDE_PX2 = 9
_MIN_CORE_PX2 = 40
_MAX_SHIFT_PX = 5
_OLD_EDGE, _LEAST_FREE = 0.15, 0.4
"""A step across the outline, before and now, that is another thing's edge; and how much must be free."""
_FIRM_EDGE = 0.1
"""Fine structure as strong as this is an edge and no grain."""
_MEAN_WINDOW_PX = (11, 11)


class Cause(StrEnum):
    """Why a region differs."""

    ADDED = "added"
    REMOVED = "removed"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` in [0, 1]: how sure it is that something was added; `outline` draws it, shape (H, W)."""

    cause: Cause
    score: float
    outline: Mask


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured between before and now, in natural logarithms of light.

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


def judge(before: LogImage, now: LogImage, region: Mask, others: Mask) -> Verdict:
    """Compare a crop of an older picture with the same crop now, shapes (H, W, 3).

    `region` (H, W) marks what differs, `others` what else must not be taken for the surroundings.
    """
    around = _surroundings(region, others)
    before = before + np.median((now - before)[around], axis=0).astype(np.float32)
    outline = _outline(strongest_channel(now - before), region, around)
    measured = compare(before, now, outline, others)
    return Verdict(_cause(measured), _score(measured), outline)


def _surroundings(region: Mask, others: Mask) -> npt.NDArray[np.bool_]:
    free = outside(either(grown(region, 2), others))
    if size_px2(free) < _MIN_AROUND_PX2:
        free = outside(region)
    return free > 0 if size_px2(free) else np.ones(region.shape, np.bool_)


def _outline(difference: Plane, region: Mask, around: npt.NDArray[np.bool_]) -> Mask:
    """Draw the region tightly: the largest connected part that differs clearly."""
    noise = float(np.median(difference[around]))
    strength = float(np.percentile(difference[region > 0], 75))
    clear = marked(difference > max(0.10, 3 * noise, 0.25 * strength))
    labels, _ = components(joined(both(clear, grown(region, 3)), 2))
    label = commonest(labels, region)
    drawn = marked(labels == label)
    is_drawn = label > 0 and size_px2(both(drawn, region)) >= _MIN_INSIDE_PX2
    return drawn if is_drawn else region


def compare(before: LogImage, now: LogImage, outline: Mask, others: Mask) -> Comparison:
    """Measure what changed inside and at an outline; `before` is already brought to the light of now."""
    core = _core(outline)
    fine_now, fine_before = fine_structure(now), fine_structure(before)
    inside = (now - before)[core]
    tints = inside.mean(axis=0)
    contrast_now, contrast_before = _contrasts(now, before, outline, others)
    return Comparison(
        contrast_now=contrast_now,
        contrast_before=contrast_before,
        texture_now=float(fine_now[core].std()),
        texture_before=float(fine_before[core].std()),
        texture_kept=correlation(fine_now[core], fine_before[core]),
        shifted_kept=_best_shifted_correlation(fine_before, fine_now, _place(fine_before, fine_now, outline)),
        ratio=float(tints.mean()),
        unevenness=float(inside.mean(axis=1).std()),
        tint=float(tints.max() - tints.min()),
    )


def _core(outline: Mask) -> npt.NDArray[np.bool_]:
    """Give the inside, as far from the outline as its size allows: the step there is no texture."""
    for reach_px in (4, 2, 1):
        core = shrunk(outline, reach_px)
        if size_px2(core) >= _MIN_CORE_PX2:
            return core > 0
    return outline > 0


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


def _place(before: Plane, now: Plane, outline: Mask) -> Mask:
    """Give an outline and its surroundings, without firm edges that stay: those of a thing in front."""
    whole = grown(outline, 2)
    stays = marked((np.abs(before) > _FIRM_EDGE) & (np.abs(now - before) < np.abs(before) / 2))
    free = without(whole, grown(stays, 2))
    return free if size_px2(free) >= size_px2(whole) / 2 else whole


def _best_shifted_correlation(before: Plane, now: Plane, place: Mask) -> float:
    """Give the best correlation of the old scenery at `place` with the new one a few pixels off.

    What lies around the place is left out: scenery that stays there says nothing of what is in it.
    """
    x, y, width, height = cv2.boundingRect(place)
    left, top = max(0, x - _MAX_SHIFT_PX), max(0, y - _MAX_SHIFT_PX)
    searched = now[top : y + height + _MAX_SHIFT_PX, left : x + width + _MAX_SHIFT_PX]
    pattern, shape = before[y : y + height, x : x + width], place[y : y + height, x : x + width]
    if float(pattern[shape > 0].std()) < 0.03:
        return 0.0
    weight = (shape > 0).astype(np.float32)
    found = cv2.matchTemplate(searched, pattern, cv2.TM_CCOEFF_NORMED, mask=weight)
    return float(np.max(found, where=np.isfinite(found), initial=-1.0))


def _contrasts(now: LogImage, before: LogImage, outline: Mask, others: Mask) -> tuple[float, float]:
    """Give the median step of colour across an outline, now and before.

    A thing that lies half behind another shares a part of its outline with it. That edge was there before and
    is there still, so it tells neither an added thing from a removed one; it is left out where enough of the
    outline is free.
    Source: colour contrast along the boundary tells abandoned from removed, San Miguel and Martinez (2008),
    doi:10.1109/AVSS.2008.29; here with local means on both sides.
    """
    steps_now, steps_before = _steps_across(now, outline, others), _steps_across(before, outline, others)
    if not len(steps_now):
        return 0.0, 0.0
    is_free = np.minimum(steps_now, steps_before) < _OLD_EDGE
    if is_free.mean() < _LEAST_FREE:
        is_free[:] = True
    return float(np.median(steps_now[is_free])), float(np.median(steps_before[is_free]))


def _steps_across(picture: LogImage, outline: Mask, others: Mask) -> Plane:
    """Give the step of colour (N,) at each place of an outline that has something known on both sides."""
    inner = without(outline, shrunk(outline, 3))
    near = grown(outline, 2)
    outer = without(without(grown(near, 3), near), others)
    border = without(grown(outline, 1), shrunk(outline, 1)) > 0
    inner_mean, inner_count = _local_mean(picture, inner, border)
    outer_mean, outer_count = _local_mean(picture, outer, border)
    known = (inner_count >= 3) & (outer_count >= 3)
    return np.asarray(np.abs(inner_mean[known] - outer_mean[known]).max(axis=1), dtype=np.float32)


def _local_mean(picture: LogImage, mask: Mask, at: npt.NDArray[np.bool_]) -> tuple[LogImage, Plane]:
    """Give the mean colour (N, 3) of the marked pixels near each of N places, and their numbers (N,)."""
    weight = (mask > 0).astype(np.float32)
    counts = np.asarray(cv2.boxFilter(weight, -1, _MEAN_WINDOW_PX, normalize=False), dtype=np.float32)[at]
    weighted = picture * weight[..., None]
    totals = np.asarray(cv2.boxFilter(weighted, -1, _MEAN_WINDOW_PX, normalize=False), dtype=np.float32)[at]
    return (totals / np.maximum(counts, 1e-3)[:, None]).astype(np.float32), counts
