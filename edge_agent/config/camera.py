"""camera.toml: one camera, its zones and control points, the settings of its rules and stages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from edge_agent.capture import CaptureParams, Playback
from edge_agent.config.geometry import lonlat_problem, polygon_problem, spread_problem
from edge_agent.config.tables import Place, Table, as_table, build, read_toml, refuse_unknown
from edge_agent.detect import LookParams
from edge_agent.evidence import EvidenceParams
from edge_agent.geolocate import ControlPoint, GeolocateParams, LensParams, calibrate
from edge_agent.guardian import GuardianParams
from edge_agent.motion import MotionParams
from edge_agent.rules import RULES
from edge_agent.still_foreground import StillForegroundParams
from edge_agent.structure import StructureWatchParams
from edge_agent.track.params import TrackerParams
from edge_agent.types import Polygon, Zone, ZoneKind

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""As on the wire (`wire_contract.messages.Identifier`)."""

_NO_PATH = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)

MIN_CONTROL_POINTS = 4
TYPICAL_SIZE_PX = (1280, 720)
"""Control points are tried out on such a picture, so that what can't carry a geotag is refused at once."""


def refuse_unfit_identifier(key: str, value: str) -> None:
    """Raise ValueError for a name that the wire contract would not carry."""
    if not IDENTIFIER.fullmatch(value):
        raise ValueError(
            f"{key}: {value!r} is no name for the wire; allowed are up to 128 letters, digits, "
            "'.', '_', ':', '-', a letter or digit first"
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where the camera hangs, WGS 84 degrees."""

    lon: float
    """Degrees east, -180 to 180."""
    lat: float
    """Degrees north, -90 to 90."""

    def __post_init__(self) -> None:
        problem = lonlat_problem(self.lon, self.lat)
        if problem:
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class CameraTable:
    """Table `[camera]`: which camera, where it hangs, how often its picture is judged."""

    id: str
    """The camera's name on the wire and on the map."""
    source: str
    """An address, a device, a video file or a folder of images; files relative to this one."""
    position: Position | None = None
    """Where the camera hangs. Without it and without control points events carry no place."""
    analyse_fps: float = 5.0
    """Frames judged per second; the others are passed over. 0.2 to 30."""

    def __post_init__(self) -> None:
        refuse_unfit_identifier("id", self.id)
        if not self.source.strip():
            raise ValueError("source: is empty; give an address, a device, a file or a folder")
        if not 0.2 <= self.analyse_fps <= 30:
            raise ValueError(f"analyse_fps: {self.analyse_fps} is out of range; allowed is 0.2 to 30")


@dataclass(frozen=True, slots=True)
class PlaybackTable:
    """Table `[playback]`: how `edge-agent run` plays a video file or a folder; live sources ignore it."""

    start: datetime | None = None
    """Time of the first frame, with its zone. Default: the present."""
    fps: float | None = None
    """Frame n was captured n / fps seconds after the first. Default: the file's own times."""
    speed: float = 1.0
    """How many times faster than life, for time lapses."""
    loop: bool = False
    """Begin anew at the end."""

    def __post_init__(self) -> None:
        self.in_real_time()

    def in_real_time(self) -> Playback:
        """Give the playback. Raises ValueError for what makes no sense."""
        return Playback(self.start, self.fps, realtime=True, speed=self.speed, loop=self.loop)


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """Table `[[zone]]`: a named polygon and what it is watched for."""

    id: str
    """The zone's name on the wire; each once."""
    kind: ZoneKind
    """What it is watched for; `bin` is where garbage may be put, `ignore` where motion means nothing."""
    polygon: Polygon
    """Corners [x, y], relative to width and height, origin top left, in order around the area."""

    def __post_init__(self) -> None:
        refuse_unfit_identifier("id", self.id)
        problem = polygon_problem(self.polygon)
        if problem:
            raise ValueError(f"polygon: {problem}")


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """All of camera.toml; each field is a table of the file."""

    camera: CameraTable
    zone: tuple[ZoneTable, ...] = ()
    control_point: tuple[ControlPoint, ...] = ()
    lens: LensParams | None = None
    geolocate: GeolocateParams = field(default_factory=GeolocateParams)
    playback: PlaybackTable = field(default_factory=PlaybackTable)
    capture: CaptureParams = field(default_factory=CaptureParams)
    guardian: GuardianParams = field(default_factory=GuardianParams)
    motion: MotionParams = field(default_factory=MotionParams)
    look: LookParams = field(default_factory=LookParams)
    track: TrackerParams = field(default_factory=TrackerParams)
    still_foreground: StillForegroundParams = field(default_factory=StillForegroundParams)
    structure_watch: StructureWatchParams = field(default_factory=StructureWatchParams)
    evidence: EvidenceParams = field(default_factory=EvidenceParams)
    rule: Mapping[str, object] = field(default_factory=dict)
    """Parameters by rule name, one for each of `edge_agent.rules.RULES`."""

    def __post_init__(self) -> None:
        ids = [zone.id for zone in self.zone]
        doubles = sorted({each for each in ids if ids.count(each) > 1})
        if doubles:
            raise ValueError(f"zone: two zones have the id {doubles[0]!r}; give each zone its own")
        problem = _control_points_problem(self.control_point)
        if problem:
            raise ValueError(f"control_point: {problem}")
        if self.control_point:
            calibrate(self.control_point, self.lens, self.geolocate, TYPICAL_SIZE_PX)

    @property
    def position_lonlat(self) -> tuple[float, float] | None:
        """Where the camera hangs, if that is known."""
        return None if self.camera.position is None else (self.camera.position.lon, self.camera.position.lat)

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones as rules and stages know them."""
        return tuple(Zone(zone.id, zone.kind, zone.polygon) for zone in self.zone)


def load_camera(file: Path) -> CameraSettings:
    """Read camera.toml. Raises ConfigError, one line that names file, key and mend."""
    return camera_of(read_toml(file), file)


def camera_of(tables: Table, file: Path) -> CameraSettings:
    """Make a camera's settings from the tables of a file, see `load_camera`."""
    tables = dict(tables)
    place = Place(file)
    rules = _read_rules(tables.pop("rule", {}), place.at("rule"))
    settings = build(CameraSettings, tables, place)
    source = _seen_from(file, settings.camera.source)
    return replace(settings, camera=replace(settings.camera, source=source), rule=rules)


def _seen_from(file: Path, source: str) -> str:
    """Take a path as relative to the file that names it; addresses and devices stay as they are."""
    return source if _NO_PATH.match(source) else str(file.parent / Path(source).expanduser())


def _read_rules(table: object, place: Place) -> Mapping[str, object]:
    by_name = as_table(table, place)
    refuse_unknown(by_name, RULES, place.inside())
    return {
        name: build(params, as_table(by_name.get(name, {}), at), at.inside())
        for name, (params, _) in RULES.items()
        if (at := place.inside().at(name))
    }


def _control_points_problem(points: Sequence[ControlPoint]) -> str | None:
    if not points:
        return None
    if len(points) < MIN_CONTROL_POINTS:
        return f"{len(points)} given; a geotag needs {MIN_CONTROL_POINTS} or more, or none at all"
    for number, point in enumerate(points, start=1):
        x, y = point.pixel
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return f"pixel [{x:g}, {y:g}] of point {number} lies outside the picture; x and y go from 0 to 1"
        problem = lonlat_problem(*point.lonlat)
        if problem:
            return f"lonlat of point {number}: {problem}"
    for what, places in (("pixels", [p.pixel for p in points]), ("lonlats", [p.lonlat for p in points])):
        problem = spread_problem(places)
        if problem:
            return f"the {what} {problem}"
    return None
