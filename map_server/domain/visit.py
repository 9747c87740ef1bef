"""Proof of visit: what a phone says of a visit, held against place, photos, clocks and the way there.

A doubt never throws a record away: it goes to the supervisor with its figures. The rules, all with a wide
margin for honest people with old phones:

- place: the nearest point of the accuracy circle lies within the fence; a circle wider than
  `max_accuracy_m` counts as if it were that wide, and is a doubt of its own;
- photos: hashes that no record named before, taken at most `photo_age_s` before the record was made;
- clocks: the phone's wall clock goes on at least as fast as its running time, never back from one record to
  the next, and keeps its distance to the server's clock;
- way: no two positions of one person are farther apart than `max_speed_m_s` allows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.site_index import flat
from map_server.domain.track_match import TrackFix


class Flag(StrEnum):
    """Why somebody should look at a visit."""

    NO_POSITION = "no_position"
    OLD_POSITION = "old_position"
    INACCURATE_POSITION = "inaccurate_position"
    OUTSIDE_FENCE = "outside_fence"
    MOCK_POSITION = "mock_position"
    IMPOSSIBLE_SPEED = "impossible_speed"
    NO_PHOTO = "no_photo"
    OLD_PHOTO = "old_photo"
    REPLAYED_PHOTO = "replayed_photo"
    CLOCK_SET_BACK = "clock_set_back"
    CLOCK_OFF = "clock_off"
    NOT_IN_PLAN = "not_in_plan"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A flag with what was measured and what is allowed, in the unit of the flag (metres, seconds, m/s).

    `named` is what it speaks of: the record that named a photo before, or how a position was made up.
    """

    flag: Flag
    measured: float | None = None
    allowed: float | None = None
    named: str = ""


@dataclass(frozen=True, slots=True)
class ProofParams:
    """How much a visit may be off before somebody should look at it."""

    max_accuracy_m: float = 50.0
    least_fence_m: float = 30.0
    position_age_s: float = 120.0
    photo_age_s: float = 3600.0
    clock_tolerance_s: float = 120.0
    max_speed_m_s: float = 25.0
    still_fixes: int = 10
    still_s: float = 60.0

    def __post_init__(self) -> None:
        for name in ("max_accuracy_m", "least_fence_m"):
            if not 1 <= getattr(self, name) <= 500:
                raise ValueError(f"{name}: {getattr(self, name)} is outside 1 to 500 m")
        for name in ("position_age_s", "photo_age_s", "clock_tolerance_s", "still_s"):
            if not 1 <= getattr(self, name) <= 86400:
                raise ValueError(f"{name}: {getattr(self, name)} is outside 1 to 86400 s")
        if not 3 <= self.max_speed_m_s <= 100:
            raise ValueError(f"max_speed_m_s: {self.max_speed_m_s} is outside 3 to 100 m/s")
        if not 3 <= self.still_fixes <= 1000:
            raise ValueError(f"still_fixes: {self.still_fixes} is outside 3 to 1000")


@dataclass(frozen=True, slots=True)
class Fence:
    """Where a visit must happen: within `reach_m` of a shape (WGS 84)."""

    shape: BaseGeometry
    reach_m: float

    @classmethod
    def around(cls, point: LonLat, reach_m: float) -> "Fence":
        """Fence a point."""
        return cls(shapely.Point(point), reach_m)

    def distance_m(self, point: LonLat) -> float:
        """Give how far a point lies from the shape."""
        plane = LocalPlane(point)
        return float(shapely.distance(shapely.Point(0.0, 0.0), flat(self.shape, plane)))


@dataclass(frozen=True, slots=True)
class TakenPhoto:
    """A picture as the phone names it: `sha256` of what it sends, `source_sha256` of what the camera wrote.

    `captured_at` is what the camera wrote into it, or when the page took it; None where nothing tells.
    """

    sha256: str
    captured_at: datetime | None = None
    source_sha256: str | None = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """Every name under which it may have been seen before."""
        return (self.sha256,) if self.source_sha256 is None else (self.sha256, self.source_sha256)


@dataclass(frozen=True, slots=True)
class PhoneTime:
    """When a record was made, as the phone tells it.

    `sequence` counts the phone's records. `uptime_s` is a clock that nobody can set; it runs from the start
    of `session`. `offset_s`: server's clock less phone's, as measured last before the record; None: never.
    """

    phone_id: str
    sequence: int
    made_at: datetime
    session: str
    uptime_s: float
    offset_s: float | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a record came, and what the phone's clock said when it sent it."""

    received_at: datetime
    sent_at: datetime | None = None

    @property
    def offset_s(self) -> float | None:
        """Server's clock less phone's, at the moment of arrival."""
        return None if self.sent_at is None else (self.received_at - self.sent_at).total_seconds()


def place_doubts(
    fix: TrackFix | None,
    recent: Sequence[TrackFix],
    made_at: datetime,
    fence: Fence | None,
    params: ProofParams,
) -> Iterator[Doubt]:
    """Hold a position against the fence. `recent` are the fixes that the phone had just before."""
    if fix is None:
        yield Doubt(Flag.NO_POSITION)
        return
    age_s = (made_at - fix.at).total_seconds()
    if abs(age_s) > params.position_age_s:
        yield Doubt(Flag.OLD_POSITION, age_s, params.position_age_s)
    if fix.accuracy_m > params.max_accuracy_m:
        yield Doubt(Flag.INACCURATE_POSITION, fix.accuracy_m, params.max_accuracy_m)
    if fence is not None:
        away_m = fence.distance_m(fix.point)
        allowed_m = fence.reach_m + min(fix.accuracy_m, params.max_accuracy_m)
        if away_m > allowed_m:
            yield Doubt(Flag.OUTSIDE_FENCE, round(away_m, 1), round(allowed_m, 1))
    if sign := _made_up(fix, recent, params):
        yield Doubt(Flag.MOCK_POSITION, named=sign)


def _made_up(fix: TrackFix, recent: Sequence[TrackFix], params: ProofParams) -> str:
    """Name the sign that a position was made up, or nothing.

    No receiver is exact, and none repeats a position and its accuracy to the last digit for a minute.
    """
    if fix.is_mock or any(one.is_mock for one in recent):
        return "told"
    if fix.accuracy_m <= 0:
        return "exact"
    same = [one for one in recent if (one.point, one.accuracy_m) == (fix.point, fix.accuracy_m)]
    if len(same) == len(recent) >= params.still_fixes:
        times = [one.at for one in same]
        if (max(times) - min(times)).total_seconds() >= params.still_s:
            return "still"
    return ""


def photo_doubts(
    photos: Sequence[TakenPhoto],
    made_at: datetime,
    seen: Mapping[str, str],
    is_needed: bool,
    params: ProofParams,
) -> Iterator[Doubt]:
    """Hold photos against all that came before. `seen`: hash to what named it first (a record, evidence)."""
    if is_needed and not photos:
        yield Doubt(Flag.NO_PHOTO)
    for photo in photos:
        if named := next((seen[one] for one in photo.hashes if one in seen), None):
            yield Doubt(Flag.REPLAYED_PHOTO, named=named)
        if photo.captured_at is None:
            continue
        age_s = (made_at - photo.captured_at).total_seconds()
        if age_s > params.photo_age_s:
            yield Doubt(Flag.OLD_PHOTO, age_s, params.photo_age_s)


def clock_doubts(
    time: PhoneTime, before: PhoneTime | None, arrival: Arrival, params: ProofParams
) -> Iterator[Doubt]:
    """Hold a record's time against the phone's record before, its running time, and the server's clock."""
    tolerance_s = params.clock_tolerance_s
    back_s = _set_back_s(time, before, arrival)
    if back_s > tolerance_s:
        yield Doubt(Flag.CLOCK_SET_BACK, round(back_s), tolerance_s)
    ahead_s = (time.made_at - arrival.received_at).total_seconds()
    off_s = max(abs(arrival.offset_s or 0.0), ahead_s)
    if off_s > tolerance_s:
        yield Doubt(Flag.CLOCK_OFF, round(off_s), tolerance_s)


def _set_back_s(time: PhoneTime, before: PhoneTime | None, arrival: Arrival) -> float:
    """Give by how much the phone's clock fell behind, by the clearest of three signs; 0: it did not."""
    signs = [0.0]
    if before is not None:
        passed_s = (time.made_at - before.made_at).total_seconds()
        signs.append(-passed_s)
        if time.session == before.session:
            signs.append(time.uptime_s - before.uptime_s - passed_s)
    if time.offset_s is not None and arrival.offset_s is not None:
        signs.append(arrival.offset_s - time.offset_s)
    return max(signs)


def speed_doubts(fix: TrackFix | None, others: Iterable[TrackFix], params: ProofParams) -> Iterator[Doubt]:
    """Hold a position against the same person's positions before and after; one doubt, the fastest."""
    if fix is None:
        return
    fastest = max((speed_m_s(fix, other) for other in others), default=0.0)
    if fastest > params.max_speed_m_s:
        yield Doubt(Flag.IMPOSSIBLE_SPEED, round(fastest, 1), params.max_speed_m_s)


def speed_m_s(one: TrackFix, other: TrackFix) -> float:
    """Give the least speed between two positions, both accuracies in favour; a second is the least time."""
    apart_m = shapely.distance(
        shapely.Point(0.0, 0.0), shapely.Point(LocalPlane(one.point).xy_m(other.point))
    )
    certain_m = max(0.0, float(apart_m) - one.accuracy_m - other.accuracy_m)
    return certain_m / max(1.0, abs((one.at - other.at).total_seconds()))
