"""What goes over the wire about streets."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from map_server.domain.errors import FieldError, InvalidInput, NotFound
from map_server.domain.segment_coverage import CoverageReport, Walked
from map_server.domain.street import TravelMode
from map_server.domain.street_closure import LONGEST_REASON
from map_server.domain.street_profile import PROFILES
from map_server.services.street_closures import ClosedStreets, NewClosure
from map_server.services.streets import StreetOverview

_MOST_SEGMENTS = 500


class ProfileOut(BaseModel):
    """What one mode makes of the streets."""

    mode: TravelMode
    pace_m_s: float = Field(description="The pace that the speeds go with")
    speeds_m_s: dict[str, float] = Field(description="By value of OpenStreetMap's key highway")
    usable_m: float
    aside_m: float = Field(description="Of usable_m: what no way connects with the rest")


class StreetsOut(BaseModel):
    """The loaded streets."""

    source: str
    attribution: str = Field(description="To be shown wherever the streets are")
    licence: str
    data_at: datetime | None = Field(description="Of what day the data are, where the file says so")
    loaded_at: datetime
    digest: str
    ways: int
    segments: int
    length_m: float
    profiles: list[ProfileOut]

    @classmethod
    def of(cls, overview: StreetOverview | None) -> "StreetsOut":
        """Write what is loaded. Raises NotFound when nothing is."""
        if overview is None:
            raise NotFound("no streets are loaded; load them with map-server load-streets")
        layer, figures = overview.layer, overview.figures
        return cls(
            source=layer.source,
            attribution=layer.attribution,
            licence=layer.licence,
            data_at=layer.data_at,
            loaded_at=layer.loaded_at,
            digest=layer.digest,
            ways=layer.feature_count,
            segments=figures.segments,
            length_m=round(figures.length_m, 1),
            profiles=[
                ProfileOut(
                    mode=mode,
                    pace_m_s=PROFILES[mode].pace_m_s,
                    speeds_m_s=dict(PROFILES[mode].speeds_m_s),
                    usable_m=round(figures.usable_m[mode], 1),
                    aside_m=round(figures.aside_m[mode], 1),
                )
                for mode in TravelMode
            ],
        )


class ClosureBody(BaseModel):
    """Streets to be closed: segments by their ids, or an area; every street that it touches is closed."""

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    segment_ids: list[str] = Field(default=[], max_length=_MOST_SEGMENTS)
    area: dict[str, Any] | None = Field(
        default=None, description="A GeoJSON Polygon or MultiPolygon in WGS 84"
    )
    starts_at: AwareDatetime | None = Field(default=None, description="Null: now")
    until: AwareDatetime | None = Field(default=None, description="Null: until somebody ends it")

    def wanted(self) -> NewClosure:
        """Make use case input of it. Raises InvalidInput."""
        area = None if self.area is None else _polygon(self.area)
        return NewClosure(self.reason, tuple(self.segment_ids), area, self.starts_at, self.until)


class ClosureOut(BaseModel):
    """Closed streets; `segment_ids` are those of the streets of today."""

    closure_id: str
    reason: str
    starts_at: datetime
    until: datetime | None
    ended_at: datetime | None
    is_on: bool
    segment_ids: list[str]
    area: dict[str, Any] | None
    created_by: str

    @classmethod
    def of(cls, shown: ClosedStreets) -> "ClosureOut":
        """Write a closure."""
        closure = shown.closure
        return cls(
            closure_id=closure.closure_id,
            reason=closure.reason,
            starts_at=closure.starts_at,
            until=closure.until,
            ended_at=closure.ended_at,
            is_on=shown.is_on,
            segment_ids=sorted(shown.segment_ids),
            area=None if closure.area is None else dict(mapping(closure.area)),
            created_by=closure.created_by,
        )


class ClosureList(BaseModel):
    """Closures, those that begin last first."""

    closures: list[ClosureOut]


class WalkedOut(BaseModel):
    """Metres of street, and how many of them were walked."""

    total_m: float
    walked_m: float
    share: float | None = Field(description="0 to 1; null where there is no street")

    @classmethod
    def of(cls, walked: Walked) -> "WalkedOut":
        """Write it."""
        return cls(total_m=round(walked.total_m, 1), walked_m=round(walked.walked_m, 1), share=walked.share)


class CoverageOut(BaseModel):
    """How much of the streets was walked."""

    first: date
    last: date
    overall: WalkedOut
    days: dict[date, WalkedOut]
    teams: dict[str, WalkedOut]
    compounds: dict[str, WalkedOut] = Field(description="By compound; streets outside of all are not here")

    @classmethod
    def of(cls, report: CoverageReport) -> "CoverageOut":
        """Write a report."""
        return cls(
            first=report.first,
            last=report.last,
            overall=WalkedOut.of(report.overall),
            days={day: WalkedOut.of(walked) for day, walked in report.days.items()},
            teams={team: WalkedOut.of(walked) for team, walked in report.teams.items()},
            compounds={area: WalkedOut.of(walked) for area, walked in report.compounds.items()},
        )


def _polygon(geojson: dict[str, Any]) -> BaseGeometry:
    what = "area: must be a valid GeoJSON Polygon or MultiPolygon in WGS 84"
    fault = InvalidInput(what, (FieldError("area", what),))
    if geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise fault
    try:
        polygon = shape(geojson)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise fault from error
    west, south, east, north = (-181.0, -91.0, 181.0, 91.0) if polygon.is_empty else polygon.bounds
    if not polygon.is_valid or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise fault
    return polygon
