"""How far a person reaches: the whole ward, or named compounds and grids.

The role says what somebody may do, the reach says where. Both are asked at every door (policies.py).
"""

from dataclasses import dataclass
from typing import Self

from map_server.domain.audit_log import JsonObject, JsonValue
from map_server.domain.errors import FieldError, InvalidInput

MAX_AREAS = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """In which compound and grid a thing lies; None where that is not known."""

    compound_id: str | None = None
    grid_id: str | None = None


NOWHERE = Spot()
"""A thing whose place is not known: it belongs to no area, and only people of the whole ward see it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The areas of an account. Whole ward is a choice that an administrator makes, never what is left over:
    a reach that names nothing reaches nothing.
    """

    is_whole_ward: bool = False
    compounds: frozenset[str] = frozenset()
    grids: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.is_whole_ward and (self.compounds or self.grids):
            raise ValueError("areas: give the whole ward, or name areas, not both")

    @classmethod
    def of_areas(cls, compounds: tuple[str, ...] = (), grids: tuple[str, ...] = ()) -> Self:
        """Name areas. Raises InvalidInput for none, or for more than anyone looks after."""
        if not 1 <= len(compounds) + len(grids) <= MAX_AREAS:
            message = f"Choose 1 to {MAX_AREAS} areas, or the whole ward."
            raise InvalidInput(message, (FieldError("areas", message),))
        return cls(False, frozenset(compounds), frozenset(grids))

    def covers(self, spot: Spot) -> bool:
        """Whether a thing at a spot is this person's business."""
        return self.is_whole_ward or spot.compound_id in self.compounds or spot.grid_id in self.grids

    def holds(self, other: "Reach") -> bool:
        """Whether all that another reach names is named here too."""
        named = other.compounds <= self.compounds and other.grids <= self.grids
        return self.is_whole_ward or (named and not other.is_whole_ward)

    def facts(self) -> JsonObject:
        """Give what the audit log and the database keep."""
        if self.is_whole_ward:
            return {"whole_ward": True}
        return {"compounds": sorted(self.compounds), "grids": sorted(self.grids)}


def reach_from(facts: JsonValue) -> Reach:
    """Read what `facts` wrote; None, of accounts older than areas, is the whole ward that they had."""
    if not isinstance(facts, dict) or facts.get("whole_ward"):
        return WHOLE_WARD
    return Reach(False, frozenset(facts["compounds"]), frozenset(facts["grids"]))


WHOLE_WARD = Reach(is_whole_ward=True)
