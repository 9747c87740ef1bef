"""The tracker: detections in, tracks out, one call per analysed frame.

Association in two steps, sure detections first and doubtful ones for the tracks that are left over, after
ByteTrack: Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box", ECCV 2022,
arXiv:2110.06864, algorithm 1. Unlike there, lives are counted in seconds, and a track is missed only where
the detector looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import exp

from edge_agent.boxes import clip, covered_fraction, iou
from edge_agent.track import kalman, stillness
from edge_agent.track.assign import assign, without_duplicates
from edge_agent.track.params import TrackerParams
from edge_agent.types import BoxXyxy, Detection, Track, TrackState


@dataclass(slots=True)
class _Life:
    """What the tracker knows of one object: `seen` when last detected, `motion` for the present frame."""

    track_id: int
    group: str
    seen: kalman.BoxFilter
    motion: kalman.BoxFilter
    first_seen_at: datetime
    last_seen_at: datetime
    score: float
    label_weights: dict[str, float]
    places: list[stillness.Place] = field(default_factory=list)
    hits: int = 1
    missed_since: datetime | None = None
    still_since: datetime | None = None

    @property
    def label(self) -> str:
        return max(self.label_weights, key=lambda label: self.label_weights[label])


class Tracker:
    """Follows objects over frames. `update` takes frames in order of capture."""

    def __init__(self, params: TrackerParams) -> None:
        self._params = params
        self._group_of = {label: labels[0] for labels in params.label_groups for label in labels}
        self._lives: list[_Life] = []
        self._next_id = 1
        self.refused = 0
        """Detections that found no room under the cap since start, for a metric."""
        self.expired = 0
        """Tracks that ended because nobody saw them for too long since start, for a metric."""

    def update(
        self,
        captured_at: datetime,
        detections: Sequence[Detection],
        covered: Sequence[BoxXyxy] | None,
        frame_size_px: tuple[int, int],
    ) -> tuple[Track, ...]:
        """Take in the detections of one frame and give the tracks at that time.

        `covered`: boxes that the detector was shown; None for the whole frame, empty when it did not run.
        """
        self._predict(captured_at)
        detections, groups = self._usable(detections)
        unmatched = self._associate(captured_at, detections, groups)
        self._miss(captured_at, covered, frame_size_px)
        self._end(captured_at)
        for index in unmatched:
            if detections[index].score >= self._params.high_score:
                self._begin(captured_at, detections[index], groups[index])
        return tuple(self._track(life, frame_size_px) for life in self._lives)

    def _predict(self, at: datetime) -> None:
        """Move on what moves; the trembling of a thing at rest is no motion, however long no look visits."""
        for life in self._lives:
            is_resting = life.still_since is not None
            seen = kalman.coast(life.seen, is_resting=True) if is_resting else life.seen
            life.motion = kalman.predict(seen, max(0.0, (at - life.last_seen_at).total_seconds()))

    def _usable(self, detections: Sequence[Detection]) -> tuple[list[Detection], list[str]]:
        good = [detection for detection in detections if detection.score >= self._params.match_score]
        groups = [self._group_of.get(detection.label, detection.label) for detection in good]
        kept = without_duplicates(good, groups, self._params.duplicate_overlap)
        return [good[index] for index in kept], [groups[index] for index in kept]

    def _associate(self, at: datetime, detections: Sequence[Detection], groups: Sequence[str]) -> list[int]:
        """Give each track its detection, and the indices of the detections that are left over."""
        sure = [i for i, detection in enumerate(detections) if detection.score >= self._params.high_score]
        doubtful = [i for i in range(len(detections)) if i not in set(sure)]
        lives = list(self._lives)
        unmatched = []
        for chosen in (sure, doubtful):
            pairs = assign(
                [life.motion.box_xyxy_px for life in lives],
                [life.group for life in lives],
                [detections[i] for i in chosen],
                [groups[i] for i in chosen],
                self._params.min_overlap,
                self._params.box_growth,
            )
            for row, column in pairs:
                self._hit(lives[row], at, detections[chosen[column]])
            matched_rows = {row for row, _ in pairs}
            matched_columns = {column for _, column in pairs}
            lives = [life for row, life in enumerate(lives) if row not in matched_rows]
            unmatched += [i for column, i in enumerate(chosen) if column not in matched_columns]
        return unmatched

    def _hit(self, life: _Life, at: datetime, detection: Detection) -> None:
        elapsed_s = (at - life.last_seen_at).total_seconds()
        weight = 1.0 - exp(-elapsed_s / self._params.score_memory_s)
        life.seen = life.motion = kalman.update(life.motion, detection.box_xyxy_px)
        life.score += weight * (detection.score - life.score)
        life.label_weights = {label: (1 - weight) * value for label, value in life.label_weights.items()}
        life.label_weights[detection.label] = (
            life.label_weights.get(detection.label, 0.0) + weight * detection.score
        )
        life.hits += 1
        life.last_seen_at = at
        life.missed_since = None
        life.places = stillness.recent(
            [*life.places, stillness.place_of(at, detection.box_xyxy_px)], self._params.still_window_s
        )
        self._judge_rest(life)

    def _judge_rest(self, life: _Life) -> None:
        past_s = (life.places[-1].at - life.places[0].at).total_seconds()
        if past_s < self._params.still_after_s:
            return
        travelled = stillness.travelled_sizes(life.places)
        if life.still_since is None and travelled <= self._params.still_tolerance:
            life.still_since = stillness.resting_since(life.places, self._params.moving_tolerance)
        elif travelled > self._params.moving_tolerance:
            life.still_since = None

    def _miss(self, at: datetime, covered: Sequence[BoxXyxy] | None, frame_size_px: tuple[int, int]) -> None:
        for life in self._lives:
            was_shown = covered is None or _was_shown(life.motion.box_xyxy_px, covered, frame_size_px)
            if life.last_seen_at != at and was_shown and life.missed_since is None:
                life.missed_since = at
                life.seen = kalman.coast(life.seen, is_resting=life.still_since is not None)
                life.motion = kalman.predict(life.seen, (at - life.last_seen_at).total_seconds())

    def _end(self, at: datetime) -> None:
        kept: list[tuple[_Life, BoxXyxy]] = []
        for life in sorted(self._lives, key=lambda life: life.track_id):
            box = life.motion.box_xyxy_px
            if (at - life.last_seen_at).total_seconds() > self._params.max_unseen_s:
                self.expired += 1
            elif not self._is_lost_for_good(life, at) and not self._is_double(life, box, kept):
                kept.append((life, box))
        self._lives = [life for life, _ in kept]

    def _is_lost_for_good(self, life: _Life, at: datetime) -> bool:
        is_tentative = life.hits < self._params.confirm_hits
        patience_s = self._params.tentative_lost_after_s if is_tentative else self._params.lost_after_s
        return life.missed_since is not None and (at - life.missed_since).total_seconds() >= patience_s

    def _is_double(self, life: _Life, box: BoxXyxy, older: Sequence[tuple[_Life, BoxXyxy]]) -> bool:
        return any(
            other.group == life.group and iou(other_box, box) > self._params.duplicate_overlap
            for other, other_box in older
        )

    def _begin(self, at: datetime, detection: Detection, group: str) -> None:
        if len(self._lives) >= self._params.max_tracks:
            self.refused += 1
            return
        seen = kalman.start(detection.box_xyxy_px)
        self._lives.append(
            _Life(
                track_id=self._next_id,
                group=group,
                seen=seen,
                motion=seen,
                first_seen_at=at,
                last_seen_at=at,
                score=detection.score,
                label_weights={detection.label: detection.score},
                places=[stillness.place_of(at, detection.box_xyxy_px)],
            )
        )
        self._next_id += 1

    def _track(self, life: _Life, frame_size_px: tuple[int, int]) -> Track:
        if life.missed_since is not None:
            state = TrackState.LOST
        else:
            state = TrackState.CONFIRMED if life.hits >= self._params.confirm_hits else TrackState.TENTATIVE
        return Track(
            track_id=life.track_id,
            label=life.label,
            state=state,
            score=life.score,
            box_xyxy_px=clip(life.motion.box_xyxy_px, frame_size_px),
            velocity_px_s=life.motion.velocity_px_s,
            first_seen_at=life.first_seen_at,
            last_seen_at=life.last_seen_at,
            still_since=life.still_since,
        )


def _was_shown(box: BoxXyxy, covered: Sequence[BoxXyxy], frame_size_px: tuple[int, int]) -> bool:
    """Tell whether all was shown that the picture holds of a box: nothing, once it has left the picture."""
    inside = max(box[0], 0.0), max(box[1], 0.0), min(box[2], frame_size_px[0]), min(box[3], frame_size_px[1])
    has_left = inside[0] >= inside[2] or inside[1] >= inside[3]
    return has_left or any(covered_fraction(inside, crop) > 0.9 for crop in covered)
