"""Settings of evidence: what a camera remembers, what the box keeps."""

from dataclasses import dataclass

from edge_agent.limits import refuse_out_of_range

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class EvidenceParams:
    """Table `[evidence]` of camera.toml: the stills of one camera."""

    jpeg_quality: int = 85
    """1 to 100."""
    remember_every_s: float = 1.0
    """A still goes into memory this often; older ones are thinned out."""
    memory_frames: int = 160
    """Stills in memory, a second apart in the last half minute, hours apart after days."""
    memory_bytes: int = 24 * _MIB
    """Bytes of these stills."""
    person_margin: float = 0.15
    """Persons are hidden with this part of their size around them."""
    onset_window_s: float = 15.0
    """The onset picture is taken at most this long after the thing came to rest."""

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "jpeg_quality": (1, 100),
                "remember_every_s": (0.1, 60),
                "memory_frames": (8, 1000),
                "memory_bytes": (_MIB, 1024 * _MIB),
                "person_margin": (0, 1),
                "onset_window_s": (1, 600),
            },
        )


@dataclass(frozen=True, slots=True)
class EvidenceStoreParams:
    """Table `[evidence_store]` of agent.toml: the evidence folder of the box, for all cameras."""

    max_bytes: int = 2048 * _MIB
    """The folder never grows beyond this: evidence goes, events stay."""
    min_free_bytes: int = 256 * _MIB
    """So much of the disk is left free for the outbox."""
    keep_sent_s: float = 7 * 86_400.0
    """Evidence that the server holds is deleted here after this time."""

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {"max_bytes": (_MIB, 2**50), "min_free_bytes": (0, 2**60), "keep_sent_s": (0, 366 * 86_400)},
        )
