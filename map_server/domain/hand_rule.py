"""What a duty officer decides about a plan by hand: a stop fixed to a team and time, or forbidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.patrol import SubjectKind, Visit, own_skill

PIN_SLACK = timedelta(minutes=10)
"""Work that was fixed to a time begins then, or at most so much later."""


class HandAction(StrEnum):
    """What was decided."""

    PIN = "pin"
    """It is visited whenever that is possible at all: by the team and at the time that are named."""
    FORBID = "forbid"
    """Nobody goes there in this plan."""


@dataclass(frozen=True, slots=True)
class HandRule:
    """One decision about one subject of one plan; a later one takes its place."""

    plan_id: str
    subject_kind: SubjectKind
    subject_id: str
    action: HandAction
    made_by: str
    made_at: datetime
    team_id: str | None = None
    at: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.subject_kind is SubjectKind.BREAK:
            raise _wrong("subject_kind", "a break belongs to its team; change the team's hours instead")
        if self.action is HandAction.FORBID and (self.team_id is not None or self.at is not None):
            raise _wrong("team_id", "a forbidden stop has neither team nor time")

    @property
    def key(self) -> str:
        """Name the subject, as `Visit.key` does."""
        return f"{self.subject_kind}:{self.subject_id}"


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"{field}: {message}", (FieldError(field, message),))


def forbidden_keys(rules: Iterable[HandRule]) -> frozenset[str]:
    """Give the keys of what nobody may visit."""
    return frozenset(rule.key for rule in rules if rule.action is HandAction.FORBID)


def pinned(visits: Sequence[Visit], rules: Iterable[HandRule], origin_at: datetime) -> list[Visit]:
    """Give the visits as the pins want them: firm, for one team alone, begun within `PIN_SLACK` of a time."""
    pins: Mapping[str, HandRule] = {rule.key: rule for rule in rules if rule.action is HandAction.PIN}
    return [_held(visit, pins[visit.key], origin_at) if visit.key in pins else visit for visit in visits]


def _held(visit: Visit, pin: HandRule, origin_at: datetime) -> Visit:
    held = replace(visit, is_firm=True)
    if pin.team_id is not None:
        held = replace(held, skills=held.skills | {own_skill(pin.team_id)})
    if pin.at is not None:
        begins_s = round((pin.at - origin_at).total_seconds())
        closes_s = begins_s + round(PIN_SLACK.total_seconds())
        held = replace(held, opens_s=begins_s, closes_s=closes_s, further_windows=())
    return held
