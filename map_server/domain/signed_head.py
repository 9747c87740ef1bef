"""The newest link of the audit log, signed once a day: whoever keeps a copy elsewhere can prove later that
the log up to it was not rewritten, head and all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from map_server.domain.audit_log import JsonValue, canonical_json

_SIGNED = ("day", "seq", "hash", "signed_at", "public_key")


@dataclass(frozen=True, slots=True, order=True)
class SignedHead:
    """`day` is the ward's day of signing, YYYY-MM-DD; `signed_at` RFC 3339 UTC; keys and signatures in hex.

    Signed is the canonical JSON of all fields but `signature`. Source: RFC 8032 (Ed25519).
    """

    day: str
    seq: int
    hash: str
    signed_at: str
    public_key: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """Give the bytes that are signed."""
        return canonical_json({name: getattr(self, name) for name in _SIGNED}).encode()

    def to_line(self) -> str:
        """Write one line of an export."""
        return canonical_json(asdict(self))


def signed_head_from(fields: Mapping[str, JsonValue]) -> SignedHead:
    """Read what `to_line` wrote. Raises ValueError when something is missing or of the wrong sort."""
    texts = {name: fields.get(name) for name in (*_SIGNED, "signature") if name != "seq"}
    seq = fields.get("seq")
    if not isinstance(seq, int) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("a signed head has day, seq, hash, signed_at, public_key and signature")
    return SignedHead(seq=seq, **{name: str(text) for name, text in texts.items()})


class Signatures(Protocol):
    """Ed25519, behind a port because the domain knows no library."""

    @property
    def public_key(self) -> str:
        """Give the server's own public key, 32 bytes in hex."""

    def sign(self, statement: bytes) -> str:
        """Sign with the server's key; 64 bytes in hex."""


class SignatureCheck(Protocol):
    """Checks a signature without any secret."""

    def __call__(self, public_key: str, statement: bytes, signature: str) -> bool:
        """Tell whether the signature over the statement was made with the key's other half."""
