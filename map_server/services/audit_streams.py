"""What the desk's queue is made of beside what waits anyway: the sample, blind second looks, known items, the
gate.
"""

from dataclasses import dataclass

from map_server.services.audit_sampling import AuditSampling
from map_server.services.audit_statistics import FilingGate
from map_server.services.blind_looks import BlindLooks
from map_server.services.known_items import KnownItems


@dataclass(frozen=True, slots=True)
class AuditStreams:
    """The parts that make decisions at the desk into statistics."""

    sampling: AuditSampling
    looks: BlindLooks
    known: KnownItems
    gate: FilingGate
