"""Rules: small state machines over observations, one file each, named in one table.

A new rule is a file with a dataclass of parameters and a class `(params, zones, id_factory, ground)` that
fulfils
`ports.Rule`, and one line here; its settings are then the table `[rule.NAME]` of camera.toml.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from edge_agent.rules.blocked_fire_lane import BlockedFireLane, BlockedFireLaneParams
from edge_agent.rules.camera_health import CameraHealth, CameraHealthParams
from edge_agent.rules.garbage_drop import GarbageDrop, GarbageDropParams
from edge_agent.rules.illegal_structure import IllegalStructure, IllegalStructureParams

RULES: Mapping[str, tuple[type[Any], type[Any]]] = MappingProxyType(
    {
        "garbage_drop": (GarbageDropParams, GarbageDrop),
        "blocked_fire_lane": (BlockedFireLaneParams, BlockedFireLane),
        "illegal_structure": (IllegalStructureParams, IllegalStructure),
        "camera_health": (CameraHealthParams, CameraHealth),
    }
)
"""Rule name -> (parameters, rule)."""
