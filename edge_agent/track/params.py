"""Settings of the tracker."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class TrackerParams:
    """Settings of the tracker. Times in seconds of wall clock, distances in box sizes, scores in [0, 1]."""

    match_score: float = 0.1
    """Detections below are ignored; down to here they may continue a track."""
    high_score: float = 0.4
    """Detections from here on are matched first, and only they begin a track."""
    min_overlap: float = 0.2
    """Overlap of the grown boxes from which a detection may belong to a track, in (0, 1]."""
    box_growth: float = 0.2
    """Part of width and height by which boxes are grown on each side for matching."""
    duplicate_overlap: float = 0.6
    """Of two boxes of one group that overlap more than this, one is the other's double, in (0, 1]."""
    confirm_hits: int = 3
    """Detections until a track is no longer tentative."""
    lost_after_s: float = 5.0
    """A track that looks have missed for this long ends."""
    tentative_lost_after_s: float = 1.0
    """The same for a tentative track."""
    max_unseen_s: float = 300.0
    """A track that was not seen for this long ends even if nobody looked; counted in `Tracker.expired`."""
    max_tracks: int = 50
    """Hard cap; what finds no room is counted in `Tracker.refused`."""
    still_window_s: float = 3.0
    """The past on which rest is judged."""
    still_after_s: float = 2.0
    """Shortest past on which rest is judged."""
    still_tolerance: float = 0.15
    """Still when the place changed less than this over the window (box sizes)."""
    moving_tolerance: float = 0.3
    """No longer still when the place changed more than this over the window (box sizes)."""
    score_memory_s: float = 3.0
    """Time constant of a track's score and label."""
    label_groups: tuple[tuple[str, ...], ...] = (("car", "large_vehicle"), ("bag", "garbage"))
    """Labels that a detector takes for one another; a track may flip inside its group."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"{field.name}: {value} must be greater than 0")
        for name in ("match_score", "high_score", "min_overlap", "duplicate_overlap"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not in (0, 1]")
        if self.match_score > self.high_score:
            raise ValueError(f"match_score: {self.match_score} is above high_score {self.high_score}")
        if self.moving_tolerance < self.still_tolerance:
            limits = f"{self.moving_tolerance} is below still_tolerance {self.still_tolerance}"
            raise ValueError(f"moving_tolerance: {limits}")
