"""Whether machine detections may file themselves: only where audits prove that they are mostly right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from map_server.domain.precision import Precision
from wire_contract.vocabulary import EventKind

_DEFAULT = MappingProxyType(
    {
        EventKind.GARBAGE_DROP: 0.90,
        EventKind.BLOCKED_FIRE_LANE: 0.95,
        EventKind.ILLEGAL_STRUCTURE: None,
        EventKind.CAMERA_HEALTH: 0.90,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateParams:
    """`required`: the lower bound of the audited precision that each kind must reach; None: always a person
    first. `min_items`: fewer audited items prove nothing. `window_days`: older ones are left out, because
    places change. `half_width`: how sure the audit wants to be (stop rule).
    """

    required: Mapping[EventKind, float | None] = field(default_factory=lambda: dict(_DEFAULT))
    min_items: int = 30
    window_days: int = 90
    half_width: float = 0.05

    def __post_init__(self) -> None:
        if set(self.required) != set(EventKind):
            raise ValueError(f"required: give one figure or none for each of {', '.join(EventKind)}")
        for kind, bound in self.required.items():
            if bound is not None and not 0.5 <= bound < 1:
                raise ValueError(f"required: {kind}: {bound} is outside 0.5 to 1 (excluded)")
        if not 1 <= self.min_items <= 100_000:
            raise ValueError(f"min_items: {self.min_items} is outside 1 to 100000")
        if not 1 <= self.window_days <= 3660:
            raise ValueError(f"window_days: {self.window_days} is outside 1 to 3660")
        if not 0.005 <= self.half_width <= 0.3:
            raise ValueError(f"half_width: {self.half_width} is outside 0.005 to 0.3")


def is_passed(kind: EventKind, precision: Precision, params: GateParams) -> bool:
    """Tell whether a stratum with this audited precision needs no person before filing."""
    bound = params.required[kind]
    if bound is None or precision.interval is None or precision.items < params.min_items:
        return False
    return precision.interval.low >= bound
