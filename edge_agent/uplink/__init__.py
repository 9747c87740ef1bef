"""The way to the map server."""

from edge_agent.uplink.enrolment import enrol, load_token
from edge_agent.uplink.http import HttpUplink
from edge_agent.uplink.params import UplinkParams

__all__ = ["HttpUplink", "UplinkParams", "enrol", "load_token"]
