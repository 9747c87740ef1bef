"""What is different in a plan since the one before it, stop by stop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from map_server.domain.patrol_plan import Stop, StopState

LATER_OR_EARLIER = timedelta(minutes=15)
"""A stop whose time shifts by less counts as unchanged."""


class ChangeKind(StrEnum):
    """What became of a stop."""

    ADDED = "added"
    DROPPED = "dropped"
    TEAM = "team"
    """Another team makes it."""
    ORDER = "order"
    """The same team makes it in another order among the stops that it keeps."""
    TIME = "time"
    """Only its time has moved, by `LATER_OR_EARLIER` or more."""

    @property
    def is_move(self) -> bool:
        """Whether somebody's list is turned around by it."""
        return self in (ChangeKind.TEAM, ChangeKind.ORDER, ChangeKind.DROPPED)


@dataclass(frozen=True, slots=True)
class StopChange:
    """One difference. Of an added stop nothing was before, of a dropped one nothing is after."""

    kind: ChangeKind
    subject_key: str
    name_zh: str
    name_en: str
    team_before: str | None = None
    team_after: str | None = None
    begins_before: datetime | None = None
    begins_after: datetime | None = None


def changes_between(before: Sequence[Stop], after: Sequence[Stop]) -> tuple[StopChange, ...]:
    """Compare two plans; both in the order of teams and positions. What is done or begun never changes."""
    old = {stop.visit.key: stop for stop in before}
    new = {stop.visit.key: stop for stop in after}
    overtaken = _overtaken(before, after)
    changes = [_change(ChangeKind.DROPPED, stop, None) for key, stop in old.items() if key not in new]
    for key, stop in new.items():
        known = old.get(key)
        if known is None:
            changes.append(_change(ChangeKind.ADDED, None, stop))
        elif stop.state is StopState.PLANNED and (kind := _kind(known, stop, key in overtaken)) is not None:
            changes.append(_change(kind, known, stop))
    return tuple(changes)


def _kind(before: Stop, after: Stop, is_overtaken: bool) -> ChangeKind | None:
    if before.team_id != after.team_id:
        return ChangeKind.TEAM
    if is_overtaken:
        return ChangeKind.ORDER
    return ChangeKind.TIME if abs(after.begins_at - before.begins_at) >= LATER_OR_EARLIER else None


def _overtaken(before: Sequence[Stop], after: Sequence[Stop]) -> set[str]:
    """Give the stops that stand elsewhere among those that the same team had and has."""
    moved: set[str] = set()
    for team_id in {stop.team_id for stop in before}:
        had, has = _keys(before, team_id), _keys(after, team_id)
        kept = set(had) & set(has)
        had, has = [key for key in had if key in kept], [key for key in has if key in kept]
        moved |= {one for one, other in zip(has, had, strict=True) if one != other}
    return moved


def _keys(stops: Iterable[Stop], team_id: str) -> list[str]:
    return [stop.visit.key for stop in stops if stop.team_id == team_id]


def _change(kind: ChangeKind, before: Stop | None, after: Stop | None) -> StopChange:
    known = after or before
    assert known is not None, "a change has a stop before or after"
    return StopChange(
        kind=kind,
        subject_key=known.visit.key,
        name_zh=known.visit.name_zh,
        name_en=known.visit.name_en,
        team_before=None if before is None else before.team_id,
        team_after=None if after is None else after.team_id,
        begins_before=None if before is None else before.begins_at,
        begins_after=None if after is None else after.begins_at,
    )
