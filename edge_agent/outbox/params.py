"""Settings of the outbox: how much it may hold, how long it remembers, how patiently it tries."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class OutboxParams:
    """Table `[outbox]` of agent.toml."""

    max_messages: int = 50_000
    """Messages that wait or are set aside; three days of the busiest camera seen are a few thousand."""
    max_bytes: int = 128 * 1024 * 1024
    """Bytes of their bodies."""
    retry_first_s: float = 2.0
    """Wait after the first failure; it doubles with each further one."""
    retry_max_s: float = 300.0
    """The longest wait between two tries."""
    keep_sent_s: float = 7 * 86_400.0
    """Delivered messages are remembered this long (without their bodies), so that none is put in twice."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        refuse_out_of_range(
            self,
            {
                "max_messages": (10, 10_000_000),
                "max_bytes": (1024 * 1024, 2**40),
                "retry_first_s": (0.1, 3600),
                "retry_max_s": (1, 86_400),
                "keep_sent_s": (3600, 366 * 86_400),
            },
        )
        if self.retry_first_s > self.retry_max_s:
            raise ValueError(f"retry_first_s: {self.retry_first_s} is more than retry_max_s")
