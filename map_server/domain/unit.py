"""Units: who can be responsible for something, in three levels from the compound to the subdistrict."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class UnitLevel(StrEnum):
    """The level at which a unit works; a case is raised from the first to the last."""

    COMPOUND = "compound"
    JOINT_STATION = "joint_station"
    SUBDISTRICT = "subdistrict"

    @property
    def rank(self) -> int:
        """1 to 3, the compound lowest."""
        return list(UnitLevel).index(self) + 1


class UnitKind(StrEnum):
    """What a unit is."""

    PROPERTY_COMPANY = "property_company"
    RESIDENTS_COMMITTEE = "residents_committee"
    STREET_CLEANING = "street_cleaning"
    URBAN_MANAGEMENT = "urban_management"
    FIRE_OFFICE = "fire_office"
    MAINTENANCE = "maintenance"
    JOINT_STATION = "joint_station"
    SUBDISTRICT_CENTRE = "subdistrict_centre"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (责任单位). `valid_until` is its first day out of force; None: no end is known.

    `hours_id` names its working hours; None: those of the SLA count. `parent_id` is the unit to which a case
    is raised.
    """

    unit_id: str
    version: int
    name_zh: str
    name_en: str
    kind: UnitKind
    level: UnitLevel
    valid_from: date
    parent_id: str | None = None
    valid_until: date | None = None
    hours_id: str | None = None
    phone: str = ""

    def __post_init__(self) -> None:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} must lie after valid_from, {self.valid_from}")
        if self.parent_id == self.unit_id:
            raise ValueError("parent_id: a unit is not its own parent")

    def is_valid_on(self, day: date) -> bool:
        """Whether the unit is in force on a day of the ward."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)
