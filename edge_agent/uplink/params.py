"""Settings of the way to the server."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class UplinkParams:
    """Table `[uplink]` of agent.toml."""

    connect_timeout_s: float = 10.0
    """Longest wait until the server takes the connection."""
    answer_timeout_s: float = 30.0
    """Longest silence of the server while a request is under way."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust instead of the usual ones, for a server that signs its own."""
    allow_http: bool = False
    """Send the device token unencrypted to another machine. Only for a network that nobody else can reach."""

    def __post_init__(self) -> None:
        refuse_out_of_range(self, {"connect_timeout_s": (0.1, 600), "answer_timeout_s": (0.1, 600)})
