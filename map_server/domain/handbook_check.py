"""Whether the handbook's records fit each other and the ward: every name in them must exist."""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from map_server.domain.errors import FieldError
from map_server.domain.handbook import Handbook, RecordKey, RecordKind
from map_server.domain.place import LAYERS
from map_server.domain.responsibility import AreaKind, Rule
from map_server.domain.unit import Unit

_LAYER_OF = {AreaKind.GRID: "grids", AreaKind.COMPOUND: "compounds"}


@dataclass(frozen=True, slots=True)
class KnownAreas:
    """The ids that geodata brought: areas by layer (one never loaded is not there), and sites."""

    of_layer: Mapping[str, Set[str]]
    sites: Set[str]


def faults_of(book: Handbook, places: Mapping[RecordKey, str], areas: KnownAreas) -> list[FieldError]:
    """Give every fault. `places` names file and line of a record; the others stand in the database."""
    found = [*_unit_faults(book), *_hours_faults(book), *_group_faults(book)]
    for rule in book.rules:
        key = RecordKey(RecordKind.RULE, rule.rule_id)
        found += [(key, fault) for fault in (*_reference_faults(book, rule), *_area_faults(rule, areas))]
    named = ((f"{key.kind} {key.record_id}", places.get(key), fault) for key, fault in found)
    return [
        FieldError(place or "database", f"{name}: {fault}")
        for name, place, fault in sorted(named, key=lambda one: (one[1] or "", one[0], one[2]))
    ]


def _unit_faults(book: Handbook) -> Iterator[tuple[RecordKey, str]]:
    for unit in book.units.values():
        key = RecordKey(RecordKind.UNIT, unit.unit_id)
        if unit.hours_id is not None and unit.hours_id not in book.hours:
            yield key, f"hours: there are no working hours {unit.hours_id}"
        if unit.parent_id is not None and (fault := _parent_fault(unit, book.units.get(unit.parent_id))):
            yield key, f"parent: {fault}"


def _parent_fault(unit: Unit, parent: Unit | None) -> str | None:
    if parent is None:
        return f"there is no unit {unit.parent_id}"
    if parent.level.rank <= unit.level.rank:
        return f"{parent.unit_id} is of level {parent.level}; cases are raised to a higher one"
    return None


def _hours_faults(book: Handbook) -> Iterator[tuple[RecordKey, str]]:
    for sla in book.slas.values():
        if sla.hours_id not in book.hours:
            yield RecordKey(RecordKind.SLA, sla.sla_id), f"hours: there are no working hours {sla.hours_id}"


def _group_faults(book: Handbook) -> Iterator[tuple[RecordKey, str]]:
    loaded = [book.groups.of_id(key.record_id) for key in book.records if key.kind is RecordKind.SITE_GROUP]
    counted = Counter((one.kind, one.state, one.level) for one in loaded)
    for group in loaded:
        if counted[group.kind, group.state, group.level] > 1:
            key = RecordKey(RecordKind.SITE_GROUP, group.group_id)
            yield key, "another group has the same kind, state and level; a site has one group"


def _reference_faults(book: Handbook, rule: Rule) -> Iterator[str]:
    if rule.lead_unit_id not in book.units:
        yield f"lead: there is no unit {rule.lead_unit_id}"
    for unit_id in rule.assistant_unit_ids:
        if unit_id not in book.units:
            yield f"assistants: there is no unit {unit_id}"
    if rule.sla_id not in book.slas:
        yield f"sla: there is no SLA {rule.sla_id}"


def _area_faults(rule: Rule, areas: KnownAreas) -> Iterator[str]:
    area = rule.area
    layer = area.layer or _LAYER_OF.get(area.kind)
    if layer is not None and layer not in LAYERS:
        yield f"area: no layer is called {layer}; give one of {', '.join(LAYERS)}"
        return
    known = areas.sites if area.kind is AreaKind.SITE else areas.of_layer.get(layer or "")
    if known is None:
        if area.ids:
            yield f"area: the layer {layer} was not loaded; load it first (map-server load-geodata)"
        return
    for area_id in sorted(area.ids - known):
        yield f"area: there is no {area.kind} {area_id}"
