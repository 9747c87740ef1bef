"""The handbook (责任手册) as a page: rules by class with names for ids, SLAs, hours, units, holidays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from map_server.domain.handbook import Handbook
from map_server.domain.holidays import HolidayYear
from map_server.domain.responsibility import ALL_CLASSES, AreaKind, CaseClass, Rule
from map_server.domain.responsibility_lint import Fault, Finding
from map_server.domain.sla import Sla, Stage, StageLimit
from map_server.domain.unit import Unit
from map_server.domain.week_text import days_text, week_text
from map_server.domain.working_time import Measure, WorkingHours
from map_server.presentation.i18n import Language

Gettext = Callable[[str], str]
AreaNames = Mapping[tuple[str, str], str]
"""(layer, id) to the name in the reader's language."""
_NAMED = 6
_LAYER_OF = {AreaKind.COMPOUND: "compounds", AreaKind.GRID: "grids"}


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
_WHOLE = {
    AreaKind.SITE: _("all sites"),
    AreaKind.COMPOUND: _("all compounds"),
    AreaKind.GRID: _("all grids"),
    AreaKind.WARD: _("the whole ward"),
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in words. `more_areas` counts those that are not named."""

    rule: Rule
    areas: tuple[str, ...]
    more_areas: int
    hours: str
    lead: str
    assistants: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one class, the most specific first."""

    case_class: CaseClass
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class SlaLine:
    """One SLA in words; `limits` in the order of the stages."""

    sla: Sla
    name: str
    limits: tuple[str, ...]
    hours: str
    escalations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """In which language the handbook is written, and the names of areas in it."""

    language: Language
    gettext: Gettext
    areas: AreaNames

    def pick(self, zh: str, en: str) -> str:
        """Give the one that the reader reads."""
        return zh if self.language == "zh" else en

    def unit(self, unit: Unit | None, unit_id: str) -> str:
        """Name a unit."""
        return unit_id if unit is None else self.pick(unit.name_zh, unit.name_en)

    def week(self, rule: Rule) -> str:
        """Write the hours of a rule."""
        days = [self.gettext(day) for day in WEEKDAYS]
        always = self.gettext(_("at any time"))
        if not rule.windows:
            return always
        return week_text((piece for window in rule.windows for piece in window.pieces()), days, always)

    def limit(self, limit: StageLimit) -> str:
        """Write a limit: 30 min, 2 h."""
        hours, minutes = divmod(limit.minutes, 60)
        span = (
            f"{hours} h"
            if hours and not minutes
            else f"{hours} h {minutes} min"
            if hours
            else f"{minutes} min"
        )
        is_working = limit.measure is Measure.WORKING
        form = _("{span} of working time") if is_working else _("{span} by the clock")
        return self.gettext(form).format(span=span)


def chapters(book: Handbook, words: Words) -> list[Chapter]:
    """Write the rules, class by class; a rule for every class stands in each chapter."""
    in_order = sorted(book.rules, key=lambda rule: (rule.rank, rule.rule_id))
    found = []
    for kind in ALL_CLASSES:
        lines = tuple(
            _rule_line(book, rule, words) for rule in in_order if not rule.classes or kind in rule.classes
        )
        found.append(Chapter(kind, lines))
    return found


def sla_lines(book: Handbook, words: Words) -> list[SlaLine]:
    """Write the SLAs."""
    lines = []
    for sla in book.slas.values():
        hours = book.hours.get(sla.hours_id)
        lines.append(
            SlaLine(
                sla=sla,
                name=words.pick(sla.name_zh, sla.name_en),
                limits=tuple(words.limit(sla.limits[stage]) for stage in Stage),
                hours=sla.hours_id if hours is None else words.pick(hours.name_zh, hours.name_en),
                escalations=tuple((str(one.level), words.limit(one.after)) for one in sla.escalations),
            )
        )
    return lines


def hours_text(hours: WorkingHours, words: Words) -> str:
    """Write when a unit works: `Mon-Fri 08:30-12:00 13:00-17:30`."""
    days = days_text(hours.weekdays, lambda day: words.gettext(WEEKDAYS[day]))
    return f"{days} {' '.join(map(str, hours.spans))}"


def years_of(book: Handbook) -> Sequence[HolidayYear]:
    """Give the loaded years in order."""
    return [book.holidays.years[year] for year in sorted(book.holidays.years)]


def missing_years(book: Handbook, today: date) -> list[int]:
    """Give the years that due times of today may reach and that are not announced."""
    return [
        year
        for year in (today.year, today.year + 1)
        if (known := book.holidays.years.get(year)) is None or known.status != "announced"
    ]


def finding_text(finding: Finding, words: Words, spoken_class: str) -> str:
    """Say a finding in the reader's language."""
    said = {
        Fault.GAP: _("{kind}: nobody is responsible {when} in {count} places, first {places}"),
        Fault.OVERLAP: _("{kind}: rules {rules} are equally specific {when}, in {places}"),
        Fault.NO_UNIT: _("{kind}: rule {rules} names a unit that is not in force {when}"),
    }[finding.fault]
    days = [words.gettext(day) for day in WEEKDAYS]
    when = week_text(finding.week, days, words.gettext(_("at any time")))
    until = f" – {finding.until}" if finding.until else ""
    return words.gettext(said).format(
        kind=spoken_class,
        when=f"{when} ({finding.since}{until})",
        count=len(finding.places),
        places=", ".join(finding.places[:3]),
        rules=", ".join(finding.rule_ids),
    )


def _rule_line(book: Handbook, rule: Rule, words: Words) -> RuleLine:
    area = rule.area
    layer = area.layer or _LAYER_OF.get(area.kind, "")
    named = [words.areas.get((layer, one), one) for one in sorted(area.ids)]
    if not named:
        named = [area.layer or words.gettext(_WHOLE[area.kind])]
    return RuleLine(
        rule=rule,
        areas=tuple(named[:_NAMED]),
        more_areas=max(len(named) - _NAMED, 0),
        hours=words.week(rule),
        lead=words.unit(book.units.get(rule.lead_unit_id), rule.lead_unit_id),
        assistants=tuple(words.unit(book.units.get(one), one) for one in rule.assistant_unit_ids),
        note=words.pick(rule.note_zh, rule.note_en),
    )
