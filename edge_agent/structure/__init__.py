"""Structure watch: what of a watched area differs from its reference view, day after day."""

from edge_agent.structure.params import StructureWatchParams
from edge_agent.structure.watch import StructureWatch

__all__ = ["StructureWatch", "StructureWatchParams"]
