"""Loop 2: what lies in the outbox reaches the server."""

from edge_agent.deliver.delivery import Delivery, Stores
from edge_agent.deliver.housekeeping import Housekeeping
from edge_agent.deliver.params import DeliverParams

__all__ = ["DeliverParams", "Delivery", "Housekeeping", "Stores"]
