"""The camera watches itself: moved, covered, defocused, frozen, dark. Cheap: a look every few seconds.

What it says suspends the rules, so it speaks late, when every check for many seconds agrees that something is
wrong. A car that fills the picture, a cloud or a lamp must not impress it.
"""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import structlog

from edge_agent.guardian.params import GuardianParams
from edge_agent.guardian.reference import Reference
from edge_agent.guardian.view import View, view_of
from edge_agent.types import Frame, Motion
from wire_contract.vocabulary import CameraState

__all__ = ["Guardian", "GuardianParams"]

_log = structlog.get_logger()
_DARK_HIGHLIGHT = 40.0
_LEAST_CHECKS = 3


class Guardian:
    """Follows one camera, in seconds of `captured_at`."""

    def __init__(self, params: GuardianParams) -> None:
        self._params = params
        self._state = CameraState.OK
        self._reference: Reference | None = None
        self._last_view: View | None = None
        self._checked_at: datetime | None = None
        self._same_since: datetime | None = None
        self._suspicion = _Suspicion()

    def update(self, frame: Frame, motion: Motion) -> CameraState:
        """Give the camera's state; most calls only compare two times."""
        if not self._params.enabled:
            return CameraState.OK
        now = frame.captured_at
        elapsed_s = 0.0 if self._checked_at is None else (now - self._checked_at).total_seconds()
        if self._checked_at is not None and elapsed_s < self._params.check_every_s:
            return self._state
        view = view_of(frame.image)
        if self._reference is None or self._reference.shape != view.edges.shape:
            self._reference, self._last_view = Reference(view, self._params), None
        fault = self._fault_of(view, self._reference, now, motion)
        if fault is CameraState.OK and self._state is CameraState.OK and not motion.is_global_change:
            self._reference.learn(view, elapsed_s)
        self._last_view, self._checked_at = view, now
        self._judge(frame.camera_id, fault, now)
        return self._state

    def _fault_of(self, view: View, reference: Reference, now: datetime, motion: Motion) -> CameraState:
        """Say what this one view suggests."""
        if self._is_frozen(view, reference, now):
            return CameraState.FROZEN
        if view.mean_level < self._params.dark_level and view.bright_level < _DARK_HIGHLIGHT:
            return CameraState.DARK
        if motion.is_global_change:
            return self._suspicion.last  # the picture has just jumped: neither evidence nor relief
        return reference.fault_of(view)

    def _is_frozen(self, view: View, reference: Reference, now: datetime) -> bool:
        last = self._last_view
        if last is None or last.pixels.shape != view.pixels.shape:
            self._same_since = now
            return False
        still_fraction = float(np.mean(last.pixels == view.pixels))
        reference.learn_still_fraction(still_fraction)
        if still_fraction < 1.0 or self._same_since is None:
            self._same_since = now
        return reference.has_noise and now - self._same_since >= timedelta(seconds=self._params.frozen_s)

    def _judge(self, camera_id: str, fault: CameraState, now: datetime) -> None:
        """Change the state when the checks have agreed for long enough: long to raise, shorter to clear."""
        self._suspicion.note(fault, now)
        is_good = fault is CameraState.OK
        if is_good is (self._state is CameraState.OK):
            return
        needed_s = self._params.clear_s if is_good else self._params.sustain_s
        has_lasted = self._suspicion.has_lasted(needed_s, now) or fault is CameraState.FROZEN
        if has_lasted:
            state = CameraState.OK if is_good else self._suspicion.most_common
            _log.warning("camera_state", camera=camera_id, state=state.value, before=self._state.value)
            self._state = state


class _Suspicion:
    """Checks in a row that found the view good, or found it bad in whatever way."""

    def __init__(self) -> None:
        self.last = CameraState.OK
        self._since: datetime | None = None
        self._kinds: Counter[CameraState] = Counter()

    def note(self, fault: CameraState, now: datetime) -> None:
        """Add a check."""
        if self._since is None or (fault is CameraState.OK) is not (self.last is CameraState.OK):
            self._since = now
            self._kinds.clear()
        self._kinds[fault] += 1
        self.last = fault

    @property
    def most_common(self) -> CameraState:
        """What most checks of this row found; the last one where it is certain by itself."""
        return self.last if self.last is CameraState.FROZEN else self._kinds.most_common(1)[0][0]

    def has_lasted(self, seconds: float, now: datetime) -> bool:
        """Tell whether the row is as long as that, and more than a chance."""
        is_long = self._since is not None and (now - self._since).total_seconds() >= seconds
        return is_long and self._kinds.total() >= _LEAST_CHECKS
