"""Who is responsible, by when, and whether the rules leave a gap: answers from the handbook as it is now."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from map_server.domain.audit_log import JsonObject
from map_server.domain.datum import LonLat
from map_server.domain.errors import FieldError, InvalidInput, NotFound
from map_server.domain.handbook import (
    DraftRecord,
    Handbook,
    HandbookDraft,
    HandbookRecord,
    RecordKey,
    RecordKind,
)
from map_server.domain.handbook_check import KnownAreas, faults_of
from map_server.domain.localities import Localities
from map_server.domain.owners import Owners
from map_server.domain.place import LAYERS
from map_server.domain.responsibility import AreaKind, Assignment, CaseClass, NoOwner
from map_server.domain.responsibility_lint import Fault, Finding, lint
from map_server.domain.site import LAYER_OF, SiteKind
from map_server.domain.sla import Sla
from map_server.domain.unit import Unit, UnitLevel
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.working_time import WorkingCalendar
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.responsibility_ports import HandbookReader

_MOST_FAULTS = 20
_AREA_LAYERS = ("ward", "grids", "compounds")


class Fate(StrEnum):
    """What becomes of a record when a file is loaded."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class HandbookLoad:
    """What loading did: changed records by fate, how many stayed as they were, and the gaps that remain."""

    source: str
    fates: Sequence[tuple[RecordKey, Fate]]
    unchanged: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is made of the handbook and the areas, for as long as neither changes."""

    stamp: tuple[int, ...]
    owners: Owners


class Responsibilities:
    """See services.responsibility_ports.OwnerLookup, which this is."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, reader: HandbookReader) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._reader = reader
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._found: tuple[tuple[object, ...], tuple[Finding, ...]] | None = None

    def owner_of(
        self, kind: CaseClass, place: LonLat | None, at: datetime, site_id: str | None = None
    ) -> Assignment | NoOwner:
        """Tell who leads a case of that class at that place and time."""
        return self.owners().owner_of(kind, place, at, site_id)

    def owners(self) -> Owners:
        """Give what answers without the database, to ask about many places."""
        return self._now().owners

    def sla(self, sla_id: str, version: int | None = None) -> Sla:
        """Give an SLA, the present version unless one is named. Raises NotFound."""
        found = self._now().owners.book.slas.get(sla_id)
        if version is not None and (found is None or found.version != version):
            with self._read() as work:
                found = work.handbook.sla(sla_id, version)
        if found is None:
            raise NotFound(f"there is no SLA {sla_id}")
        return found

    def calendar_for(self, sla: Sla, unit_id: str | None) -> WorkingCalendar:
        """Give the working time that counts: of the unit where it has hours of its own, else of the SLA."""
        book = self._now().owners.book
        unit = None if unit_id is None else book.units.get(unit_id)
        hours = book.hours.get((unit.hours_id if unit else None) or sla.hours_id)
        if hours is None:
            raise NotFound(f"there are no working hours {sla.hours_id}")
        return WorkingCalendar(hours, book.holidays)

    def unit(self, unit_id: str) -> Unit:
        """Give a unit, one out of force too. Raises NotFound."""
        found = self._now().owners.book.units.get(unit_id)
        if found is None:
            raise NotFound(f"there is no unit {unit_id}")
        return found

    def units(self) -> Sequence[Unit]:
        """Give all units, by id, those out of force too."""
        return tuple(self._now().owners.book.units.values())

    def unit_above(self, unit_id: str, level: UnitLevel) -> Unit | None:
        """Give the unit at `level` to which a case of this unit is raised: itself or one above it."""
        units = self._now().owners.book.units
        unit = units.get(unit_id)
        while unit is not None and unit.level.rank < level.rank:
            unit = None if unit.parent_id is None else units.get(unit.parent_id)
        return unit if unit is not None and unit.level is level else None

    def handbook(self) -> Handbook:
        """Give the records in force."""
        return self._now().owners.book

    def findings(self) -> list[Finding]:
        """Look for gaps and overlaps in the rules in force, from today on. Kept while nothing changes."""
        known, today = self._now(), self._today()
        with self._read() as work:
            stamp = (*known.stamp, today, *work.sites.stamp())
            if self._found is None or self._found[0] != stamp:
                self._found = (stamp, tuple(_findings(work, known.owners.book, today)))
        return list(self._found[1])

    def check(self, paths: Sequence[Path]) -> tuple[list[FieldError], list[Finding]]:
        """Check files against each other and the ward; load nothing. Raises InvalidInput for bad form."""
        draft = self._reader.read(paths)
        with self._read() as work:
            return _checked(work, draft, self._today())

    def broken_names(self) -> list[FieldError]:
        """Give what records in force name and the ward no longer has."""
        with self._read() as work:
            book = work.handbook.current()
            return faults_of(book, {}, _areas(work))

    def load(self, paths: Sequence[Path], actor: str) -> HandbookLoad:
        """Load files, all of them or nothing. Raises InvalidInput that names file and line."""
        return self._load(self._reader.read(paths), actor)

    def load_text(self, name: str, text: str, actor: str) -> HandbookLoad:
        """Load what a person sent, as `load` does."""
        return self._load(self._reader.read_text(name, text), actor)

    def check_text(self, name: str, text: str) -> tuple[list[FieldError], list[Finding]]:
        """Check what a person sent, as `check` does."""
        draft = self._reader.read_text(name, text)
        with self._read() as work:
            return _checked(work, draft, self._today())

    def _load(self, draft: HandbookDraft, actor: str) -> HandbookLoad:
        with self._begin() as work:
            faults, findings = _checked(work, draft, self._today())
            if faults:
                more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
                first = f"{faults[0].path}: {faults[0].message}"
                raise InvalidInput(f"{first}{more}", tuple(faults[:_MOST_FAULTS]))
            fates = _store(work, draft, actor)
            if any(key.kind is RecordKind.SITE_GROUP for key, _ in fates):
                _settle_sites(work)
            work.commit()
        return HandbookLoad(draft.source, fates, len(draft.records) - _count_kept(fates), findings)

    def _today(self) -> date:
        return self._clock.now().astimezone(WARD_ZONE).date()

    def _now(self) -> _Known:
        with self._lock, self._read() as work:
            loaded = work.layers.all()
            stamp = (work.handbook.revision(), *(loaded[n].revision if n in loaded else 0 for n in LAYERS))
            if self._known is None or self._known.stamp != stamp:
                book = work.handbook.current()
                self._known = _Known(stamp, Owners(book, _localities(work, book)))
            return self._known


def _count_kept(fates: Sequence[tuple[RecordKey, Fate]]) -> int:
    return sum(fate is not Fate.RETIRED for _, fate in fates)


def _localities(work: UnitOfWork, book: Handbook) -> Localities:
    mentioned = {rule.area.layer for rule in book.rules if rule.area.kind is AreaKind.LAYER}
    ward, grids, compounds = (work.areas.of_layer(name) for name in _AREA_LAYERS)
    layers = {name: work.areas.of_layer(name) for name in sorted(filter(None, mentioned))}
    return Localities(ward, grids, compounds, layers)


def _areas(work: UnitOfWork) -> KnownAreas:
    of_layer = {
        name: frozenset(area.area_id for area in work.areas.of_layer(name))
        for name in work.layers.all()
        if not LAYERS[name].holds_sites
    }
    return KnownAreas(of_layer, frozenset(site.site_id for site in work.sites.of_kinds(tuple(SiteKind))))


def _findings(work: UnitOfWork, book: Handbook, today: date) -> list[Finding]:
    sites = work.sites.of_kinds(tuple(SiteKind))
    return lint(book.rules, book.units, _localities(work, book).every(sites), today)


def _checked(work: UnitOfWork, draft: HandbookDraft, today: date) -> tuple[list[FieldError], list[Finding]]:
    """Give faults that forbid loading (names that do not exist, overlaps), and the gaps, which do not."""
    book = work.handbook.current().with_draft(draft)
    places = {record.key: record.place for record in draft.records}
    faults = faults_of(book, places, _areas(work))
    if faults or RecordKind.RULE not in {*draft.kinds, *(key.kind for key in book.records)}:
        return faults, []
    findings = _findings(work, book, today)
    overlaps = [
        FieldError(places.get(RecordKey(RecordKind.RULE, found.rule_ids[-1]), "database"), found.line)
        for found in findings
        if found.fault is Fault.OVERLAP
    ]
    return overlaps, [found for found in findings if found.fault is not Fault.OVERLAP]


def _store(work: UnitOfWork, draft: HandbookDraft, actor: str) -> list[tuple[RecordKey, Fate]]:
    current, versions = work.handbook.current().records, work.handbook.versions()
    changed = [one for one in draft.records if not _is_same(current.get(one.key), one)]
    named = {record.key for record in draft.records}
    gone = [
        key
        for key in sorted(current)
        if key.kind in draft.kinds and key.kind is not RecordKind.HOLIDAYS and key not in named
    ]
    work.handbook.put(
        [HandbookRecord(one.key, versions.get(one.key, 0) + 1, one.content, one.value) for one in changed],
        draft.source,
    )
    work.handbook.retire(gone)
    fates: list[tuple[RecordKey, Fate]] = []
    for one in changed:
        fates.append((one.key, Fate.CHANGED if one.key in current else Fate.ADDED))
        _note(work, fates[-1], current.get(one.key), {**one.content, "source": one.place}, actor)
    for key in gone:
        fates.append((key, Fate.RETIRED))
        _note(work, fates[-1], current[key], None, actor)
    return fates


def _is_same(known: HandbookRecord | None, draft: DraftRecord) -> bool:
    return known is not None and known.content == draft.content


def _note(
    work: UnitOfWork,
    fate: tuple[RecordKey, Fate],
    before: HandbookRecord | None,
    after: JsonObject | None,
    actor: str,
) -> None:
    key, what = fate
    earlier = None if before is None else {**before.content, "version": before.version}
    work.note(f"{key.kind}_{what}", key.kind, key.record_id, actor, before=earlier, after=after)


def _settle_sites(work: UnitOfWork) -> None:
    """Give every site the interval that its group has now."""
    groups = work.handbook.current().groups
    before = work.sites.of_kinds(tuple(SiteKind), with_withdrawn=True)
    changed = [after for site in before if (after := groups.settled(site)) is not site and after != site]
    if changed:
        work.sites.put(changed)
        for layer in {LAYER_OF[site.kind] for site in changed}:
            work.layers.touch(layer)
