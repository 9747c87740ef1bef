"""What a feature must bring to become an area or a site, and what is said when it does not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

import shapely

from map_server.domain.audit_log import JsonValue
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.place import LAYERS, Area, Layer, RawFeature, Shape
from map_server.domain.site import LAYER_OF, Level, Site, SiteKind, StructureState

_Word = TypeVar("_Word", bound=StrEnum)
_KIND_OF = {layer: kind for kind, layer in LAYER_OF.items()}
SITE_LAYERS = frozenset(_KIND_OF)
"""Layers whose features go on the register of sites; fire lanes are areas besides."""
_LONGEST_ID = 64
_NOT_ATTRIBUTES = frozenset({"id", "name_zh", "name_en", "name"})


def kind_of_layer(layer: str) -> SiteKind:
    """Give the kind of the sites of a layer of SITE_LAYERS."""
    return _KIND_OF[layer]


def faults_of(layer: Layer, source: str, features: Sequence[RawFeature]) -> list[FieldError]:
    """Give every fault of a layer's features; an empty list means that it can be stored."""
    if not features:
        return [FieldError(source, "has no features; export it again, or leave the file out")]
    mixed = _mixed(layer, source, features)
    if mixed:
        return mixed
    return [*_doubles(source, layer, features), *_single_faults(layer, features)]


def area_from(layer: Layer, row: int, feature: RawFeature) -> Area:
    """Make an area; all properties but its names become attributes."""
    feature_id = _id(layer, row, feature)
    name_zh, name_en = _names(feature, feature_id)
    attributes = {key: value for key, value in feature.properties.items() if key not in _NOT_ATTRIBUTES}
    return Area(layer.name, feature_id, name_zh, name_en, feature.geometry, attributes)


def site_from(kind: SiteKind, row: int, feature: RawFeature, now: datetime) -> Site:
    """Make a site. Without `interval_days` it has that of its group, which is not known here.

    `days_since_inspection` counts back from now. Raises InvalidInput that names the property.
    """
    properties = feature.properties
    feature_id = feature.feature_id or f"{LAYER_OF[kind]}-{row:05d}"
    name_zh, name_en = _names(feature, feature_id)
    is_point = LAYERS[LAYER_OF[kind]].shape is Shape.POINT
    point = shapely.get_coordinates(
        feature.geometry if is_point else feature.geometry.representative_point()
    )[0]
    interval_days = properties.get("interval_days")
    is_structure = kind is SiteKind.STRUCTURE_POINT
    try:
        return Site(
            site_id=feature_id,
            kind=kind,
            name_zh=name_zh,
            name_en=name_en,
            point=(float(point[0]), float(point[1])),
            interval_days=None if interval_days is None else _whole("interval_days", interval_days),
            has_own_interval=interval_days is not None,
            footprint=None if is_point else feature.geometry,
            inspected_at=_inspected_at(feature, now),
            state=_word(StructureState, "state", properties.get("state")) if is_structure else None,
            level=_word(Level, "level", properties.get("level")) if properties.get("level") else None,
            visit_from=_clock_time("visit_from", properties.get("visit_from")),
            visit_until=_clock_time("visit_until", properties.get("visit_until")),
            compound_id=_text(properties.get("compound_id")),
            grid_id=_text(properties.get("grid_id")),
        )
    except ValueError as error:
        raise InvalidInput(f"{feature.place}: {error}") from error


def _mixed(layer: Layer, source: str, features: Sequence[RawFeature]) -> list[FieldError]:
    """Find features of another shape than the layer's."""
    wanted = (str(layer.shape), f"Multi{layer.shape}")
    strangers = [feature for feature in features if feature.geometry.geom_type not in wanted]
    if not strangers:
        return []
    counted = Counter(feature.geometry.geom_type for feature in features)
    counts = ", ".join(f"{count} {name}" for name, count in counted.most_common())
    first = strangers[0]
    said = f"is a {first.geometry.geom_type}, but {layer.name} takes {wanted[0]} only (the file has {counts})"
    mend = "split the file by geometry type" if len(counted) > 1 else "load it into a layer of its own type"
    return [FieldError(first.place, f"{said}; {mend}")]


def _doubles(source: str, layer: Layer, features: Sequence[RawFeature]) -> Iterable[FieldError]:
    counted = Counter(_id(layer, row, feature) for row, feature in enumerate(features, 1))
    for feature_id, count in counted.items():
        if count > 1:
            yield FieldError(source, f"{count} features have the id {feature_id}; give each its own")


def _single_faults(layer: Layer, features: Sequence[RawFeature]) -> Iterable[FieldError]:
    for row, feature in enumerate(features, 1):
        if len(_id(layer, row, feature)) > _LONGEST_ID:
            yield FieldError(feature.place, f"its id is longer than {_LONGEST_ID} characters; shorten it")
        if layer.shape is Shape.POLYGON and not feature.geometry.is_valid:
            reason = shapely.is_valid_reason(feature.geometry)
            yield FieldError(
                feature.place, f"the polygon is not valid ({reason}); mend it, e.g. with make_valid"
            )
        if layer.shape is Shape.POINT and len(shapely.get_parts(feature.geometry)) != 1:
            yield FieldError(feature.place, "has several points; split it into one feature for each")
        if layer.name in _KIND_OF:
            yield from _site_fault(layer, row, feature)


def _site_fault(layer: Layer, row: int, feature: RawFeature) -> Iterable[FieldError]:
    try:
        site_from(kind_of_layer(layer.name), row, feature, datetime(2000, 1, 1, tzinfo=UTC))
    except InvalidInput as error:
        yield FieldError(feature.place, error.message.removeprefix(f"{feature.place}: "))


def _id(layer: Layer, row: int, feature: RawFeature) -> str:
    return feature.feature_id or f"{layer.name}-{row:05d}"


def _names(feature: RawFeature, feature_id: str) -> tuple[str, str]:
    """Give the name in both languages: one stands in for the other, the id for both."""
    name = _text(feature.properties.get("name"))
    name_zh = _text(feature.properties.get("name_zh")) or name
    name_en = _text(feature.properties.get("name_en")) or name
    return name_zh or name_en or feature_id, name_en or name_zh or feature_id


def _text(value: JsonValue) -> str | None:
    return str(value) if value not in (None, "") else None


def _whole(key: str, value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"{key}: {value!r} must be a whole number")
    return int(value)


def _word(words: type[_Word], key: str, value: JsonValue) -> _Word:
    try:
        return words(str(value))
    except ValueError:
        raise ValueError(f"{key}: {value!r} must be one of {', '.join(words)}") from None


def _clock_time(key: str, value: JsonValue) -> time | None:
    return None if value is None else _parsed(key, value, time.fromisoformat, "a time of day like 08:30")


def _inspected_at(feature: RawFeature, now: datetime) -> datetime | None:
    """Read when someone last looked.

    A moment, a day (its noon, UTC), or days before now; never in the future.
    """
    given = feature.properties.get("inspected_at")
    if given is not None:
        moment = _parsed("inspected_at", given, _moment, "a day like 2026-11-23 or a time with its zone")
        return min(moment, now)
    days = feature.properties.get("days_since_inspection")
    if days is None:
        return None
    count = _whole("days_since_inspection", days)
    if count < 0:
        raise ValueError(f"days_since_inspection: {count} must not be below 0")
    return now - timedelta(days=count)


def _moment(text: str) -> datetime:
    if len(text) <= len("2026-11-23"):
        return datetime.combine(date.fromisoformat(text), time(12), UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without a zone")
    return moment.astimezone(UTC)


_Value = TypeVar("_Value")


def _parsed(key: str, value: JsonValue, parse: Callable[[str], _Value], form: str) -> _Value:
    try:
        return parse(str(value))
    except ValueError:
        raise ValueError(f"{key}: {value!r} must be {form}") from None
