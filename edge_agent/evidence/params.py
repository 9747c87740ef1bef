"""Settings of evidence: what a camera remembers, what the box keeps."""

from dataclasses import dataclass

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
        if not 1 <= self.jpeg_quality <= 100:
            raise ValueError(f"jpeg_quality: {self.jpeg_quality} is out of range; allowed is 1 to 100")
        if not 0.1 <= self.remember_every_s <= 60:
            raise ValueError(
                f"remember_every_s: {self.remember_every_s} is out of range; allowed is 0.1 to 60"
            )
        if not 8 <= self.memory_frames <= 1000:
            raise ValueError(f"memory_frames: {self.memory_frames} is out of range; allowed is 8 to 1000")
        if self.memory_bytes < _MIB:
            raise ValueError("memory_bytes: too few; allowed are 1048576 (1 MiB) and more")
        if not 0 <= self.person_margin <= 1:
            raise ValueError(f"person_margin: {self.person_margin} is out of range; allowed is 0 to 1")
        if self.onset_window_s <= 0:
            raise ValueError("onset_window_s: must be more than 0")


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
        if self.max_bytes < _MIB:
            raise ValueError("max_bytes: too few; allowed are 1048576 (1 MiB) and more")
        if self.min_free_bytes < 0:
            raise ValueError("min_free_bytes: must be 0 or more")
        if self.keep_sent_s < 0:
            raise ValueError("keep_sent_s: must be 0 or more")
