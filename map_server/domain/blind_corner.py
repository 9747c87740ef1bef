"""Blind corners (盲角): stretches of street that no camera sees and that nobody has walked for days."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlindCorner:
    """A stretch to be walked. `days_since_walked` is None where no team was ever seen on all of it.

    `lon` and `lat` are a point on its street, in WGS 84.
    """

    corner_id: str
    lon: float
    lat: float
    length_m: float
    days_since_walked: float | None
    name_zh: str = ""
    name_en: str = ""
    segment_ids: tuple[str, ...] = ()
