"""Settings of the delivery loop."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class DeliverParams:
    """Table `[deliver]` of agent.toml."""

    heartbeat_every_s: float = 60.0
    """A sign of life this often."""
    idle_s: float = 0.5
    """Wait when there is nothing to send: a new event leaves the box within this time."""
    evidence_per_step: int = 8
    """Files sent before events are looked for again."""
    tidy_every_s: float = 600.0
    """Old deliveries are forgotten and the evidence folder is checked this often."""
    max_retry_after_s: float = 3600.0
    """A server that asks for more patience than this is tried again after it."""

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "heartbeat_every_s": (1, 3600),
                "idle_s": (0.05, 60),
                "evidence_per_step": (1, 1000),
                "tidy_every_s": (1, 86_400),
                "max_retry_after_s": (1, 86_400),
            },
        )
