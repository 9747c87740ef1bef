"""Who is responsible for what, where and when: rules as data, and the one order that picks among them.

Of all rules that fit a class, a place and a moment, the most specific one wins. Compared in this order:

1. the area: site, then a named feature of a layer, any feature of a layer, a named compound, any compound,
   a named grid, any grid, the whole ward;
2. the class: named, then any;
3. the week: hours are given, then always; of two with hours, the one with fewer minutes a week.

Two rules that are equal in all three and fit the same case contradict each other: the linter names them, and
a file with such a pair is refused, so that there is never more than one lead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from map_server.domain.site import SiteKind
from map_server.domain.working_time import ALL_WEEK, MINUTES_OF_DAY
from wire_contract.vocabulary import EventKind

CaseClass: TypeAlias = EventKind | SiteKind
"""What somebody is responsible for: a kind of finding, or the upkeep of a kind of site."""
ALL_CLASSES: tuple[CaseClass, ...] = (*EventKind, *SiteKind)
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY


class EvidenceNeed(StrEnum):
    """What must be on record before a case may close."""

    BEFORE_PHOTO = "before_photo"
    AFTER_PHOTO = "after_photo"
    MEASUREMENT = "measurement"
    WRITTEN_RECORD = "written_record"


class AreaKind(StrEnum):
    """What sort of area a rule speaks of, the most specific first."""

    SITE = "site"
    LAYER = "layer"
    COMPOUND = "compound"
    GRID = "grid"
    WARD = "ward"


@dataclass(frozen=True, slots=True)
class RuleArea:
    """Where a rule holds. No ids: every area of its kind. `layer` names the layer where the kind is LAYER."""

    kind: AreaKind
    ids: frozenset[str] = frozenset()
    layer: str | None = None

    def __post_init__(self) -> None:
        if (self.kind is AreaKind.LAYER) != (self.layer is not None):
            raise ValueError("layer: name it exactly where the area is a layer")
        if self.kind is AreaKind.WARD and self.ids:
            raise ValueError("ids: the ward is one; leave them out")

    @property
    def rank(self) -> int:
        """The lower, the more specific."""
        return 2 * list(AreaKind).index(self.kind) + (0 if self.ids else 1)


@dataclass(frozen=True, slots=True)
class Locality:
    """A place as rules see it. All None or empty: nobody knows where; then only rules of the ward fit.

    `features` are pairs (layer, feature) of the layers that rules speak of.
    """

    grid_id: str | None = None
    compound_id: str | None = None
    site_id: str | None = None
    features: frozenset[tuple[str, str]] = frozenset()

    def lies_in(self, area: RuleArea) -> bool:
        """Whether a rule for that area speaks of this place."""
        if area.kind is AreaKind.WARD:
            return True
        if area.kind is AreaKind.LAYER:
            mine = {feature for layer, feature in self.features if layer == area.layer}
            return bool(mine & area.ids if area.ids else mine)
        found = {
            AreaKind.SITE: self.site_id,
            AreaKind.COMPOUND: self.compound_id,
            AreaKind.GRID: self.grid_id,
        }[area.kind]
        return found is not None and (not area.ids or found in area.ids)


@dataclass(frozen=True, slots=True)
class WeekWindow:
    """Hours on some weekdays (0 is Monday), in minutes of the ward's day.

    Where `until_min` is not later than `from_min`, it ends on the next day; the weekday is that of its begin.
    """

    weekdays: frozenset[int]
    from_min: int
    until_min: int

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= ALL_WEEK:
            raise ValueError("weekdays: give one or more days of the week")
        if not (0 <= self.from_min < MINUTES_OF_DAY and 0 < self.until_min <= MINUTES_OF_DAY):
            raise ValueError("hours: must lie within 00:00-24:00")

    def pieces(self) -> Iterable[tuple[int, int]]:
        """Give it in minutes of the week from Monday's midnight; what passes Sunday's end begins anew."""
        length = self.until_min - self.from_min
        length += MINUTES_OF_DAY if length <= 0 else 0
        for day in sorted(self.weekdays):
            begin = day * MINUTES_OF_DAY + self.from_min
            yield begin, min(begin + length, MINUTES_OF_WEEK)
            if begin + length > MINUTES_OF_WEEK:
                yield 0, begin + length - MINUTES_OF_WEEK


@dataclass(frozen=True, slots=True)
class Rule:
    """Class x area x time -> one lead, assistants, SLA, evidence.

    No classes: every class. No windows: always. `valid_until` is the first day out of force. `version` rises
    with every change of the rule's content.
    """

    rule_id: str
    version: int
    classes: frozenset[CaseClass]
    area: RuleArea
    lead_unit_id: str
    sla_id: str
    valid_from: date
    valid_until: date | None = None
    windows: tuple[WeekWindow, ...] = ()
    assistant_unit_ids: tuple[str, ...] = ()
    evidence_needed: tuple[EvidenceNeed, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    def __post_init__(self) -> None:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} must lie after valid_from, {self.valid_from}")
        if self.lead_unit_id in self.assistant_unit_ids:
            raise ValueError(f"assistants: {self.lead_unit_id} leads already; a unit has one part")
        if len(set(self.assistant_unit_ids)) != len(self.assistant_unit_ids):
            raise ValueError("assistants: a unit is named twice")

    def covers(self, kind: CaseClass, locality: Locality) -> bool:
        """Whether it speaks of that class at that place, at some time."""
        return (not self.classes or kind in self.classes) and locality.lies_in(self.area)

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in force on a day of the ward."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def holds_at(self, minute_of_week: int) -> bool:
        """Whether it speaks of that minute of the ward's week."""
        return not self.windows or any(
            begin <= minute_of_week < end for window in self.windows for begin, end in window.pieces()
        )

    def minutes_a_week(self) -> int:
        """Give for how many minutes of a week it holds."""
        if not self.windows:
            return MINUTES_OF_WEEK
        held = bytearray(MINUTES_OF_WEEK)
        for window in self.windows:
            for begin, end in window.pieces():
                held[begin:end] = b"\x01" * (end - begin)
        return sum(held)

    @property
    def rank(self) -> tuple[int, int, int]:
        """The order in which rules win; the lowest does. See the module's text."""
        return self.area.rank, 0 if self.classes else 1, self.minutes_a_week()


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who leads, who helps, how long it may take, what must be shown; and which rule says so."""

    rule_id: str
    rule_version: int
    lead_unit_id: str
    assistant_unit_ids: tuple[str, ...]
    sla_id: str
    sla_version: int
    evidence_needed: tuple[EvidenceNeed, ...]


class NoOwnerReason(StrEnum):
    """Why nobody is responsible, so that a person can mend it."""

    NO_RULES = "no_rules"
    """No responsibilities were loaded."""
    NO_RULE_FOR_CLASS = "no_rule_for_class"
    NO_RULE_FOR_PLACE = "no_rule_for_place"
    """Rules speak of the class, none of this place; an unknown place needs a rule for the ward."""
    NO_RULE_AT_TIME = "no_rule_at_time"
    """Rules speak of class and place, none of this hour or day."""
    UNIT_NOT_IN_FORCE = "unit_not_in_force"
    """The rule's lead was dissolved, or does not work yet."""


@dataclass(frozen=True, slots=True)
class NoOwner:
    """Nobody is responsible: the case waits in the no-owner queue for a person to decide."""

    reason: NoOwnerReason
