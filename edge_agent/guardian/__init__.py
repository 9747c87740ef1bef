"""The camera watches itself: moved, covered, defocused, frozen, dark. Cheap: a look every few seconds.

What it says suspends the rules, so it speaks late, when most checks of many seconds agree that something is
wrong. A car that fills the picture, a cloud or a lamp must not impress it.
"""

from datetime import datetime, timedelta

import numpy as np
import structlog

from edge_agent.guardian.memory import ReferenceFile, Remembered
from edge_agent.guardian.params import GuardianParams
from edge_agent.guardian.reference import Reference
from edge_agent.guardian.verdict import Verdict
from edge_agent.guardian.view import View, view_of
from edge_agent.types import Frame, Motion
from wire_contract.vocabulary import CameraState

__all__ = ["Guardian", "GuardianParams", "ReferenceFile"]

_log = structlog.get_logger()
_DARK_HIGHLIGHT = 40.0
_KEEP_EVERY = timedelta(minutes=15)
_LEAST_SAME_CHECKS = 5
"""In a time lapse two equal pictures may lie a day apart, and prove nothing."""


class Guardian:
    """Follows one camera, in seconds of `captured_at`. With a file its reference outlives a restart."""

    def __init__(self, params: GuardianParams, file: ReferenceFile | None = None) -> None:
        self._params = params
        self._file = file
        self._kept_at: datetime | None = None
        self._reference: Reference | None = None
        self._last_view: View | None = None
        self._checked_at: datetime | None = None
        self._same_since: datetime | None = None
        self._same_checks = 0
        self._verdict = Verdict(params)

    @property
    def state_since(self) -> datetime | None:
        """When the present fault began to show; None while all is well."""
        return self._verdict.since

    def update(self, frame: Frame, motion: Motion) -> CameraState:
        """Give the camera's state; most calls only compare two times."""
        if not self._params.enabled:
            return CameraState.OK
        now = frame.captured_at
        elapsed_s = 0.0 if self._checked_at is None else (now - self._checked_at).total_seconds()
        if self._checked_at is not None and elapsed_s < self._params.check_every_s:
            return self._verdict.state
        view = view_of(frame.image)
        if self._reference is None or not self._reference.fits(view):
            self._reference, self._last_view = self._begin(view, now), None
        fault = self._fault_of(view, self._reference, now, motion)
        before = self._verdict.state
        if fault is CameraState.OK and before is CameraState.OK and not motion.is_global_change:
            self._reference.learn(view, elapsed_s)
        self._last_view, self._checked_at = view, now
        state = self._verdict.hear(fault, now)
        if state is not before:
            _log.warning("camera_state", camera=frame.camera_id, state=state.value, before=before.value)
        self._keep(self._reference, now, has_changed=state is not before)
        return state

    def _begin(self, view: View, now: datetime) -> Reference:
        """Give the reference to begin with: the one from before a restart if it serves, else a new one."""
        remembered = self._file.read(view, self._params) if self._file and self._reference is None else None
        if remembered is None or not remembered.serves(now):
            return Reference(view, self._params)
        self._verdict.go_on(remembered.state, remembered.state_since)
        return remembered.reference

    def _keep(self, reference: Reference, now: datetime, *, has_changed: bool) -> None:
        is_due = self._kept_at is None or abs(now - self._kept_at) >= _KEEP_EVERY
        if self._file is None or not reference.has_learnt or not (is_due or has_changed):
            return
        self._kept_at = now
        self._file.write(Remembered(reference, self._verdict.state, self._verdict.since, now))

    def _fault_of(self, view: View, reference: Reference, now: datetime, motion: Motion) -> CameraState:
        """Say what this one view suggests."""
        if self._is_frozen(view, reference, now):
            return CameraState.FROZEN
        if view.mean_level < self._params.dark_level and view.bright_level < _DARK_HIGHLIGHT:
            return CameraState.DARK
        if motion.is_global_change:
            return self._verdict.last  # the picture has just jumped: neither evidence nor relief
        return reference.fault_of(view, self._verdict.state)

    def _is_frozen(self, view: View, reference: Reference, now: datetime) -> bool:
        if self._last_view is None:
            still_fraction = 0.0
        else:
            still_fraction = float(np.mean(self._last_view.pixels == view.pixels))
            reference.learn_still_fraction(still_fraction)
        if still_fraction < 1.0 or self._same_since is None:
            self._same_since, self._same_checks = now, 0
        self._same_checks += 1
        has_lasted = now - self._same_since >= timedelta(seconds=self._params.frozen_s)
        return reference.has_noise and has_lasted and self._same_checks >= _LEAST_SAME_CHECKS
