"""Settings of the outbox: how much it may hold, how long it remembers, how patiently it tries."""

from dataclasses import dataclass


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
        if self.max_messages < 10:
            raise ValueError("max_messages: too few; allowed are 10 and more")
        if self.max_bytes < 1024 * 1024:
            raise ValueError("max_bytes: too few; allowed are 1048576 (1 MiB) and more")
        if not 0 < self.retry_first_s <= self.retry_max_s:
            raise ValueError("retry_first_s: must be more than 0 and no more than retry_max_s")
        if self.keep_sent_s < 3600:
            raise ValueError("keep_sent_s: too short; allowed are 3600 seconds and more")
