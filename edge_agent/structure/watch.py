"""The structure stage: a still every few minutes, compared with reference views; changes that last for days.

    frame -> fit? -> registered still -> where it looks like no reference -> the day's share -> change

A change counts for as many days in a row as the place differed from the references and looked as it looks
now: a shed does, laundry, parked cars and swaying trees do not. Days without a usable still are passed over.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import structlog

from edge_agent.appearance.masks import Mask, blank, both, components, marked, size_px2
from edge_agent.appearance.mosaic import pixelate
from edge_agent.structure.diary import Day, Diary, DiaryFolder, coloured_anew
from edge_agent.structure.likeness import alike_fraction, changed_places
from edge_agent.structure.nature import find_built
from edge_agent.structure.params import StructureWatchParams
from edge_agent.structure.silhouette import recoloured_places, silhouette
from edge_agent.structure.stills import Refusal, Registration, Still, shrunk_to, unfit
from edge_agent.types import BoxXyxy, Frame, Image, StructureChange, Zone, ZoneKind

log = structlog.get_logger(__name__)

_SAME_LOOK = 0.5
_STILL_CHANGED = 0.5
_SMALLEST_FOUND = 0.5
"""Part of the smallest change to be reported that correlation must find: plain walls it sees only in part."""
_SHADOWS_WANDER = 0.75
"""Through so large a part of a day, or of one that ended and one that begins, hardly a place lies in the
shadow of what was built.
"""
_REFERENCE_PAUSE = timedelta(hours=2)


class StructureWatch:
    """The structure stage of one camera. With `state_dir` its memory outlives a restart."""

    def __init__(
        self, params: StructureWatchParams, zones: Sequence[Zone], state_dir: Path | None = None
    ) -> None:
        self._params = params
        self._zones = [zone for zone in zones if zone.kind is ZoneKind.STRUCTURE_WATCH]
        self._folder = DiaryFolder(state_dir) if state_dir is not None else None
        self._diary = self._folder.read() if self._folder is not None else None
        self._registration: Registration | None = None
        self._changes: tuple[StructureChange, ...] = ()
        if self._diary is not None and self._diary.days:
            self._changes = self._standing_changes(self._diary)
        self.refused: Counter[Refusal] = Counter()
        """Stills that could not be used since start, for a metric."""

    def update(self, frame: Frame, people: Sequence[BoxXyxy] = ()) -> tuple[StructureChange, ...]:
        """Take in a frame and give the changes that stand by the latest usable still.

        `people` are hidden before a view is kept.
        """
        if self._zones and self._is_due(frame.captured_at):
            self._look(replace(frame, image=pixelate(frame.image, people)))
        return self._changes

    def _is_due(self, at: datetime) -> bool:
        if self._diary is None or self._diary.last_still_at is None:
            return True
        return (at - self._diary.last_still_at).total_seconds() >= self._params.still_every_s

    def _look(self, frame: Frame) -> None:
        size_px = (frame.image.shape[1], frame.image.shape[0])
        image = shrunk_to(frame.image, self._params.working_side_px)
        refusal = unfit(image, self._params)
        if self._diary is None or self._diary.frame_size_px != size_px:
            if refusal is not None:
                self.refused[refusal] += 1
                return
            self._diary, self._registration = Diary(size_px, [image]), None
        diary = self._diary
        diary.last_still_at = frame.captured_at
        still = refusal or self._registered(image, diary)
        if isinstance(still, Refusal):
            self.refused[still] += 1
            return
        changed = changed_places(still, diary.references, self._params.same_correlation)
        if size_px2(changed) > self._params.max_changed_fraction * changed.size:
            self.refused[Refusal.CHANGED_AS_A_WHOLE] += 1
            return
        self._note(diary, still, changed, frame.captured_at)
        self._changes = self._standing_changes(diary)
        if self._folder is not None:
            self._keep(diary, self._folder)

    def _keep(self, diary: Diary, folder: DiaryFolder) -> None:
        try:
            folder.write(diary)
        except OSError as error:  # a full disk must not stop the camera; the next still tries again
            log.warning("structure diary is not kept", reason=str(error))

    def _registered(self, image: Image, diary: Diary) -> Still | Refusal:
        if self._registration is None:
            self._registration = Registration(diary.references[0], self._params)
        return self._registration.lay(image)

    def _note(self, diary: Diary, still: Still, changed: Mask, at: datetime) -> None:
        """Write a still into the diary; a day that ended without a change gives one more reference view."""
        day = self._local_day(at)
        if diary.days and diary.days[-1].day != day:
            self._end_day(diary, diary.days[-1])
        recoloured = recoloured_places(still, diary.references)
        diary.day_of(day, at, still.image).add(changed, recoloured, still.image)
        del diary.days[: -self._params.keep_days]
        is_first_day = len(diary.days) == 1 and diary.days[0].stills > 1
        has_waited = diary.last_reference_at is None or at - diary.last_reference_at >= _REFERENCE_PAUSE
        if is_first_day and has_waited and len(diary.references) < self._params.max_references:
            diary.references.append(still.image)
        if diary.last_reference_at is None or (is_first_day and has_waited):
            diary.last_reference_at = at

    def _end_day(self, diary: Diary, day: Day) -> None:
        changed = day.changed(self._params.day_share)
        if any(self._regions(changed, zone) for zone in self._zones):
            return
        diary.references.append(day.view)
        if len(diary.references) > self._params.max_references:
            del diary.references[1]  # the first one is what everything is registered to

    def _local_day(self, at: datetime) -> date:
        return (at + timedelta(hours=self._params.utc_offset_h)).date()

    def _standing_changes(self, diary: Diary) -> tuple[StructureChange, ...]:
        changed = diary.days[-1].changed(self._params.day_share)
        found = [
            self._change(region, zone, diary)
            for zone in self._zones
            for region in self._regions(changed, zone)
        ]
        params = self._params
        return tuple(
            change
            for change in found
            if change.score >= params.min_score and change.changed_fraction >= params.min_area_fraction
        )

    def _regions(self, changed: Mask, zone: Zone) -> list[Mask]:
        """Give the connected changed regions of a zone that are large enough."""
        area = _zone_mask(zone, changed.shape)
        smallest = max(1.0, _SMALLEST_FOUND * self._params.min_area_fraction * size_px2(area))
        labels, measures = components(both(changed, area))
        return [
            marked(labels == label)
            for label, (_, _, _, _, region_area) in enumerate(measures, start=1)
            if region_area >= smallest
        ]

    def _change(self, region: Mask, zone: Zone, diary: Diary) -> StructureChange:
        days = self._days_of(region, diary)
        view, height, width = diary.days[-1].view, region.shape[0], region.shape[1]
        findings = [find_built(reference, view, region) for reference in diary.references]
        finding = min(findings, key=lambda finding: finding.score)
        recoloured = coloured_anew(days[-2:], max(self._params.day_share, _SHADOWS_WANDER))
        outline = silhouette(recoloured, region)
        outline = finding.outline if outline is None else outline
        x, y, across, down = cv2.boundingRect(outline)
        scale_x, scale_y = diary.frame_size_px[0] / width, diary.frame_size_px[1] / height
        zone_area = size_px2(_zone_mask(zone, region.shape))
        return StructureChange(
            zone_id=zone.zone_id,
            box_xyxy_px=(x * scale_x, y * scale_y, (x + across) * scale_x, (y + down) * scale_y),
            outline_px=tuple((px * scale_x, py * scale_y) for px, py in _polygon(outline)),
            first_seen_at=days[0].first_at,
            days_seen=len(days),
            changed_fraction=size_px2(both(outline, _zone_mask(zone, region.shape))) / zone_area,
            score=finding.score,
        )

    def _days_of(self, region: Mask, diary: Diary) -> list[Day]:
        """Give the latest days in a row on which the region looked as now and not as in any reference."""
        now = diary.days[-1]
        days = [now]
        for day in reversed(diary.days[:-1]):
            differed = size_px2(both(day.changed(self._params.day_share), region)) / size_px2(region)
            if differed < _STILL_CHANGED:
                break
            if alike_fraction(now.view, day.view, region, self._params.same_correlation) < _SAME_LOOK:
                break
            days.insert(0, day)
        return days


def _zone_mask(zone: Zone, shape: tuple[int, ...]) -> Mask:
    height, width = shape[:2]
    corners = np.asarray([[x * width, y * height] for x, y in zone.polygon]).round().astype(np.int32)
    return np.asarray(cv2.fillPoly(blank(shape), [corners], 255), dtype=np.uint8)


def _polygon(outline: Mask) -> list[tuple[float, float]]:
    """Give the outer border of the largest part of a mask, simplified; a box when it is too thin for that."""
    contours, _ = cv2.findContours(outline, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    simple = cv2.approxPolyDP(largest, 2.0, True).reshape(-1, 2)
    if len(simple) >= 3:
        return [(float(x), float(y)) for x, y in simple]
    x, y, across, down = cv2.boundingRect(outline)
    return [(x, y), (x + across, y), (x + across, y + down), (x, y + down)]
