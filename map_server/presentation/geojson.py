"""GeoJSON (RFC 7946) features of the live map: incidents, their clusters, cameras. Plain JSON values in and
out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from map_server.domain.audit_log import JsonValue
from map_server.domain.device import Camera
from map_server.domain.incident import Incident

Feature: TypeAlias = dict[str, JsonValue]


def incident_feature(incident: Incident) -> Feature:
    """Write one incident; geometry is null where no place is known."""
    fix = incident.fix
    ellipse = None if fix is None else fix.ellipse
    return {
        "type": "Feature",
        "id": incident.incident_id,
        "geometry": None if fix is None else _point(fix.lon, fix.lat),
        "properties": {
            "type": "incident",
            "number": incident.number,
            "kind": incident.kind,
            "state": incident.state,
            "judgement": incident.judgement,
            "severity": incident.severity,
            "label": incident.label,
            "score": incident.score,
            "error_m": None if fix is None else fix.error_m,
            "ellipse": None
            if ellipse is None
            else {
                "major_m": ellipse.major_m,
                "minor_m": ellipse.minor_m,
                "azimuth_deg": ellipse.azimuth_deg,
            },
            "is_surveyed": None if fix is None else fix.is_surveyed,
            "first_seen_at": _time(incident.first_seen_at),
            "last_seen_at": _time(incident.last_seen_at),
            "cleared_at": _time(incident.cleared_at),
            "event_count": incident.event_count,
            "cameras": sorted({f"{view.device_id}/{view.camera_id}" for view in incident.views}),
            "site_id": incident.site_id,
            "merged_into": incident.merged_into,
            "version": incident.version,
        },
    }


def camera_feature(camera: Camera, is_online: bool) -> Feature:
    """Write one camera; a device that is not heard makes its cameras offline, whatever they said last."""
    has_place = camera.lon is not None and camera.lat is not None
    return {
        "type": "Feature",
        "id": f"{camera.device_id}/{camera.camera_id}",
        "geometry": _point(camera.lon, camera.lat) if has_place else None,
        "properties": {
            "type": "camera",
            "device_id": camera.device_id,
            "camera_id": camera.camera_id,
            "state": camera.state if is_online else "offline",
            "state_since": _time(camera.state_since),
            "is_online": is_online,
        },
    }


@dataclass(frozen=True, slots=True)
class CameraGroup:
    """The cameras in one cell, and how many of them are in trouble; `lon`, `lat` is their mean."""

    cell: tuple[int, int]
    count: int
    bad: int
    lon: float
    lat: float


def camera_group_feature(group: CameraGroup) -> Feature:
    """Write the cameras of one cell as one feature."""
    return {
        "type": "Feature",
        "id": f"cameras/{group.cell[0]}/{group.cell[1]}",
        "geometry": _point(group.lon, group.lat),
        "properties": {"type": "camera", "count": group.count, "bad": group.bad},
    }


@dataclass(frozen=True, slots=True)
class CellCount:
    """The incidents of one kind and state in one cell; `lon`, `lat` is their mean."""

    cell: tuple[int, int]
    kind: str
    state: str
    count: int
    lon: float
    lat: float


def cluster_features(counts: Iterable[CellCount]) -> list[Feature]:
    """Write one feature per cell, in the middle of its incidents, with counts by kind and state."""
    cells: defaultdict[tuple[int, int], list[CellCount]] = defaultdict(list)
    for count in counts:
        cells[count.cell].append(count)
    return [_cluster(cell, parts) for cell, parts in sorted(cells.items())]


def _cluster(cell: tuple[int, int], parts: list[CellCount]) -> Feature:
    total = sum(part.count for part in parts)
    by_kind: defaultdict[str, dict[str, JsonValue]] = defaultdict(dict)
    for part in parts:
        by_kind[part.kind][part.state] = part.count
    lon = sum(part.lon * part.count for part in parts) / total
    lat = sum(part.lat * part.count for part in parts) / total
    return {
        "type": "Feature",
        "id": f"cell/{cell[0]}/{cell[1]}",
        "geometry": _point(lon, lat),
        "properties": {"type": "cluster", "count": total, "by_kind": dict(by_kind)},
    }


def _point(lon: float | None, lat: float | None) -> Mapping[str, JsonValue]:
    return {"type": "Point", "coordinates": [lon, lat]}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
