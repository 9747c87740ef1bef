"""The zero-growth meter (违建零增长): confirmed new structures, and how much of the ward was looked at.

Definitions, so that the two figures can be recomputed:

- *Watched area*: the compounds, and the buffers of all structure points on the register; where no compounds
  are loaded, the ward. In square metres on a plane, each piece of ground once.
- *Observed area*: what of it lies in the view of a camera (layer `camera_views`) that could judge for at
  least `least_observed_s` in the period, or in the buffer of a structure point that somebody inspected and
  reached in the period. A camera without a view on the map observes nothing that could be measured.
- *New structure*: an incident of an illegal structure that was first seen in the period and confirmed by an
  auditor, at a place where no site was registered, or where one was registered as cleared (it came back).
  What is deferred, to be cleared or released is known and not new. Rejected and merged incidents do not
  count, nor do those that nobody has judged: the figure changes by audited confirmations alone.

Where nothing was observed and nothing was found, the figure is unknown, never 0.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.domain.place import Area
from map_server.domain.plane import LocalPlane
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.domain.site_group import SiteGroups
from map_server.domain.site_index import flat

_SUSPECT_OR_CLEARED = frozenset({None, StructureState.SUSPECT, StructureState.CLEARED})


@dataclass(frozen=True, slots=True)
class GrowthParams:
    """From how many seconds of judging on a camera counts as having observed its view."""

    least_observed_s: float = 3600.0

    def __post_init__(self) -> None:
        if not 0 < self.least_observed_s <= 30 * 86_400:
            raise ValueError(f"least_observed_s: {self.least_observed_s} must lie between 0 and 30 days")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Areas in square metres; `cameras` and `sites` are those that observed something."""

    watched_m2: float
    observed_m2: float
    cameras: int
    sites: int

    @property
    def share(self) -> float | None:
        """Give the observed part of the watched area, 0 to 1; None where nothing is to be watched."""
        return None if self.watched_m2 <= 0 else min(self.observed_m2 / self.watched_m2, 1.0)


@dataclass(frozen=True, slots=True)
class ZeroGrowth:
    """The meter for one period: `count` None reads "unknown"."""

    incident_ids: tuple[str, ...]
    coverage: Coverage

    @property
    def count(self) -> int | None:
        """Give the number of new structures; None where nothing was found and nothing was observed."""
        if self.incident_ids or self.coverage.observed_m2 > 0:
            return len(self.incident_ids)
        return None


def is_new(state_then: StructureState | None) -> bool:
    """Whether a confirmed structure is new growth, by the state of the site at which it was found."""
    return state_then in _SUSPECT_OR_CLEARED


def coverage_of(
    areas: Mapping[str, Sequence[Area]],
    sites: Iterable[Site],
    groups: SiteGroups,
    inspected: Collection[str],
    observed_s: Mapping[tuple[str, str], float],
    params: GrowthParams,
) -> Coverage:
    """Measure how much of the watched area was observed.

    `areas` has the layers compounds, ward and camera_views; `inspected` names the sites that somebody saw,
    `observed_s` for how long each camera (device, camera) could judge.
    """
    grounds = areas.get("compounds") or areas.get("ward") or ()
    structures = [site for site in sites if site.kind is SiteKind.STRUCTURE_POINT]
    if not grounds and not structures:
        return Coverage(0.0, 0.0, 0, 0)
    plane = LocalPlane(_some_point(grounds, structures))
    buffers = {site.site_id: _buffer(site, groups, plane) for site in structures}
    watched = shapely.union_all([*(flat(area.geometry, plane) for area in grounds), *buffers.values()])
    views = [
        flat(view.geometry, plane)
        for view in areas.get("camera_views", ())
        if observed_s.get(_camera_of(view), 0.0) >= params.least_observed_s
    ]
    seen = [buffers[site_id] for site_id in inspected if site_id in buffers]
    observed = shapely.intersection(shapely.union_all([*views, *seen]), watched)
    return Coverage(float(watched.area), float(observed.area), len(views), len(seen))


def _camera_of(view: Area) -> tuple[str, str]:
    return str(view.attributes.get("device_id", "")), str(view.attributes.get("camera_id", ""))


def _buffer(site: Site, groups: SiteGroups, plane: LocalPlane) -> BaseGeometry:
    return shapely.Point(plane.xy_m(site.point)).buffer(groups.of(site).buffer_m)


def _some_point(grounds: Sequence[Area], structures: Sequence[Site]) -> tuple[float, float]:
    if structures:
        return structures[0].point
    point = grounds[0].geometry.representative_point()
    return point.x, point.y
