"""Evidence of events: stills in which nobody can be recognised, kept under the hash of their bytes."""

from edge_agent.evidence.params import EvidenceParams, EvidenceStoreParams
from edge_agent.evidence.store import EvidenceStore
from edge_agent.evidence.writer import StillWriter

__all__ = ["EvidenceParams", "EvidenceStore", "EvidenceStoreParams", "StillWriter"]
