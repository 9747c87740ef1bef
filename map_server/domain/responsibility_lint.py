"""Finds where nobody is responsible, and where two are: over all classes, places, hours and days to come."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from map_server.domain.localities import NamedLocality
from map_server.domain.responsibility import ALL_CLASSES, MINUTES_OF_WEEK, CaseClass, Rule
from map_server.domain.rule_book import RuleBook
from map_server.domain.site import SiteKind
from map_server.domain.site_index import SITE_KINDS_OF
from map_server.domain.unit import Unit
from map_server.domain.week_text import week_text
from wire_contract.vocabulary import EventKind

_NAMED_PLACES = 3


class Fault(StrEnum):
    """What is wrong."""

    GAP = "gap"
    """No rule fits: such cases go to the no-owner queue."""
    OVERLAP = "overlap"
    """Several equally specific rules fit."""
    NO_UNIT = "no_unit"
    """The rule that decides names a lead that is not in force then."""


Flaw = tuple[Fault, tuple[str, ...]]
"""What is wrong, and with which rules."""
Week = tuple[tuple[int, int], ...]
"""Minutes of the week, from Monday's midnight."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault with all places where it shows. `until` is the first day on which it is over; None: never."""

    fault: Fault
    case_class: CaseClass
    rule_ids: tuple[str, ...]
    week: Week
    since: date
    until: date | None
    places: tuple[str, ...]

    @property
    def line(self) -> str:
        """Say it in one line: what, where, when, and the mend."""
        where = ", ".join(self.places[:_NAMED_PLACES])
        if len(self.places) > _NAMED_PLACES:
            where += f" and {len(self.places) - _NAMED_PLACES} more"
        when = f"{week_text(self.week)}, from {self.since}" + (
            f" until {self.until}" if self.until else " on"
        )
        rules = " and ".join(self.rule_ids)
        said = {
            Fault.GAP: "nobody is responsible; add a rule or widen one",
            Fault.OVERLAP: f"rules {rules} are equally specific; narrow one of them",
            Fault.NO_UNIT: f"rule {rules} names a lead that is not in force then; name another",
        }[self.fault]
        return f"{self.fault}: {self.case_class}, {where}, {when}: {said}"


def lint(
    rules: Sequence[Rule], units: Mapping[str, Unit], localities: Iterable[NamedLocality], since: date
) -> list[Finding]:
    """Find every fault from a day on. Exact: each place and each stretch of time is looked at once.

    A gap of a class is looked for where the class can occur: a kind of site at its sites, a kind of finding
    everywhere.
    """
    book = RuleBook(rules)
    places: dict[tuple[CaseClass, tuple[Rule, ...]], list[str]] = defaultdict(list)
    for named in localities:
        for kind in _classes_at(named.site_kind):
            places[kind, book.covering(kind, named.locality)].append(named.name)
    merged: dict[tuple[CaseClass, Flaw, Week, date, date | None], list[str]] = defaultdict(list)
    for (kind, covering), names in places.items():
        for flaw, week, first, until in _faults(covering, units, since):
            merged[kind, flaw, week, first, until] += names
    findings = [
        Finding(fault, kind, rule_ids, week, first, until, tuple(names))
        for (kind, (fault, rule_ids), week, first, until), names in merged.items()
    ]
    order = list(ALL_CLASSES)
    return sorted(findings, key=lambda one: (one.fault, order.index(one.case_class), one.since, one.places))


def _classes_at(site_kind: SiteKind | None) -> Iterator[CaseClass]:
    if site_kind is None:
        yield from EventKind
        return
    yield site_kind
    yield from (kind for kind, sites in SITE_KINDS_OF.items() if site_kind in sites)


def _faults(
    rules: Sequence[Rule], units: Mapping[str, Unit], since: date
) -> Iterator[tuple[Flaw, Week, date, date | None]]:
    """Give what is wrong where exactly these rules speak, with the hours and days of each."""
    open_ones: dict[tuple[Flaw, Week], date] = {}
    days = _days_of_change(rules, units, since)
    for day in days:
        found = _week_faults([rule for rule in rules if rule.is_valid_on(day)], units, day)
        for known in [known for known in open_ones if known not in found]:
            yield *known, open_ones.pop(known), day
        for fault in found:
            open_ones.setdefault(fault, day)
    for (flaw, week), first in open_ones.items():
        yield flaw, week, first, None


def _days_of_change(rules: Sequence[Rule], units: Mapping[str, Unit], since: date) -> list[date]:
    spans: list[Rule | Unit] = [*rules]
    spans += [units[rule.lead_unit_id] for rule in rules if rule.lead_unit_id in units]
    days = {day for one in spans for day in (one.valid_from, one.valid_until) if day and day > since}
    return sorted({since, *days})


def _week_faults(rules: Sequence[Rule], units: Mapping[str, Unit], day: date) -> set[tuple[Flaw, Week]]:
    edges = {0, MINUTES_OF_WEEK}
    for rule in rules:
        edges |= {edge for window in rule.windows for piece in window.pieces() for edge in piece}
    found: dict[Flaw, list[tuple[int, int]]] = defaultdict(list)
    for begin, end in pairwise(sorted(edges)):
        flaw = _flaw([rule for rule in rules if rule.holds_at(begin)], units, day)
        if flaw is None:
            continue
        if found[flaw] and found[flaw][-1][1] == begin:
            begin = found[flaw].pop()[0]
        found[flaw].append((begin, end))
    return {(flaw, tuple(week)) for flaw, week in found.items()}


def _flaw(holding: Sequence[Rule], units: Mapping[str, Unit], day: date) -> Flaw | None:
    """Judge one stretch of time; the rules come in the order in which they win."""
    if not holding:
        return Fault.GAP, ()
    best = [rule for rule in holding if rule.rank == holding[0].rank]
    if len(best) > 1:
        return Fault.OVERLAP, tuple(rule.rule_id for rule in best)
    lead = units.get(best[0].lead_unit_id)
    if lead is None or not lead.is_valid_on(day):
        return Fault.NO_UNIT, (best[0].rule_id,)
    return None
