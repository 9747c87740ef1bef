"""What the audit is run by: versioned data, so that each figure can be recomputed with what held then."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from map_server.domain.audit_log import JsonObject
from map_server.domain.audit_sample import SamplingParams
from map_server.domain.gate import GateParams
from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """How detections are sampled, and what lets them file themselves."""

    sampling: SamplingParams = field(default_factory=SamplingParams)
    gate: GateParams = field(default_factory=GateParams)

    def to_json(self) -> JsonObject:
        """Write it as plain JSON."""
        required = {str(kind): bound for kind, bound in self.gate.required.items()}
        return {"sampling": asdict(self.sampling), "gate": {**asdict(self.gate), "required": required}}

    @classmethod
    def from_json(cls, stored: Any) -> "AuditPolicy":
        """Read what `to_json` wrote; keys that are not there have their default.

        Raises ValueError for a figure outside its range, TypeError for a key that does not exist.
        """
        gate = dict(stored.get("gate", {}))
        if "required" in gate:
            gate["required"] = {EventKind(kind): bound for kind, bound in gate["required"].items()}
        return cls(SamplingParams(**stored.get("sampling", {})), GateParams(**gate))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy since a moment. `seed` is secret: who knows it knows which items are looked at twice."""

    version: int
    policy: AuditPolicy
    seed: str
    since: datetime
    set_by: str
