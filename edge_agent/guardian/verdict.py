"""Turns single checks into a state that holds: late to accuse, quicker to acquit, deaf to single voices."""

from collections import Counter, deque
from datetime import datetime, timedelta

from edge_agent.guardian.params import GuardianParams
from wire_contract.vocabulary import CameraState

_LEAST_CHECKS = 3
_MAJORITY = 0.75


class Verdict:
    """The state of one camera over time."""

    def __init__(self, params: GuardianParams) -> None:
        self._sustain = timedelta(seconds=params.sustain_s)
        self._clear = timedelta(seconds=params.clear_s)
        self._began_at: datetime | None = None
        self._checks: deque[tuple[datetime, CameraState]] = deque()
        self.state = CameraState.OK
        self.last = CameraState.OK
        self.since: datetime | None = None
        """When the present fault began to show; None while all is well."""

    def go_on(self, state: CameraState, since: datetime | None) -> None:
        """Take up a state that stood before a restart."""
        self.state = self.last = state
        self.since = since

    def hear(self, fault: CameraState, now: datetime) -> CameraState:
        """Add what one check found and give the state."""
        self._began_at = self._began_at or now
        self._checks.append((now, fault))
        self.last = fault
        before = self.state
        if fault is CameraState.FROZEN:
            self.state = fault  # the stream has stood still for long enough already
        elif (fault is CameraState.OK) is not (self.state is CameraState.OK):
            self.state = self._agreed(now, self._sustain if self.state is CameraState.OK else self._clear)
        if self.state is CameraState.OK:
            self.since = None
        elif before is CameraState.OK:
            self.since = self._faulty_since(now)
        while len(self._checks) > _LEAST_CHECKS and now - self._checks[0][0] > max(
            self._sustain, self._clear
        ):
            self._checks.popleft()
        return self.state

    def _agreed(self, now: datetime, span: timedelta) -> CameraState:
        """Give the state that most checks of a span agree on, else the present one."""
        found = [fault for at, fault in self._checks if now - at <= span]
        if len(found) < _LEAST_CHECKS:  # a slow camera
            found = [fault for _, fault in self._checks][-_LEAST_CHECKS:]
        good = found.count(CameraState.OK)
        changed = len(found) - good if self.state is CameraState.OK else good
        is_heard = self._began_at is not None and now - self._began_at >= span and len(found) >= _LEAST_CHECKS
        if not is_heard or changed < _MAJORITY * len(found):
            return self.state
        if self.state is not CameraState.OK:
            return CameraState.OK
        return Counter(fault for fault in found if fault is not CameraState.OK).most_common(1)[0][0]

    def _faulty_since(self, now: datetime) -> datetime:
        """Give the first fault of the span that was agreed on."""
        return next(
            (at for at, fault in self._checks if fault is not CameraState.OK and now - at <= self._sustain),
            now,
        )
