"""What a plan of a whole day needs from outside beside streets and a solver: campaigns and decisions."""

from collections.abc import Sequence
from typing import Protocol

from map_server.domain.campaign import Campaign
from map_server.domain.hand_rule import HandRule
from map_server.domain.plan_changes import StopChange


class CampaignRepository(Protocol):
    """Joint campaigns inside one unit of work."""

    def put(self, campaign: Campaign) -> None:
        """Store a new or changed campaign."""

    def all(self) -> list[Campaign]:
        """Give all campaigns, by id."""


class PatrolDecisionRepository(Protocol):
    """Decisions by hand and changes of plans, inside one unit of work."""

    def put_rule(self, rule: HandRule) -> None:
        """Store a decision in place of an earlier one about the same subject."""

    def remove_rule(self, rule: HandRule) -> None:
        """Take a decision back."""

    def rules(self, plan_id: str) -> list[HandRule]:
        """Give the decisions about a plan, oldest first."""

    def put_changes(self, plan_id: str, changes: Sequence[StopChange]) -> None:
        """Make these the only changes of a plan."""

    def changes(self, plan_id: str) -> list[StopChange]:
        """Give what changed in a plan at its last revision."""
