"""Seals what others entrusted to the server, so that a copy of the database alone gives none of it away.

The key is derived from the server's own (signing.py); it lies in the data folder and in no database.
"""

import base64
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from map_server.adapters.signing import open_key

SEALED = "sealed:1:"
_PURPOSE = b"lilong: secrets of subscriptions"
_NONCE_BYTES = 12


class SecretBox:
    """AES-256-GCM. `about` names the row: what is sealed for one does not open as another's.

    Source: NIST SP 800-38D; the derivation of the key: RFC 5869.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, about: str) -> str:
        """Give the text as it may be stored."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        closed = self._cipher.encrypt(nonce, text.encode(), about.encode())
        return SEALED + base64.b64encode(nonce + closed).decode()

    def open(self, sealed: str, about: str) -> str | None:
        """Give the text; None when it was sealed with another key, or for another row, or altered."""
        try:
            closed = base64.b64decode(sealed.removeprefix(SEALED), validate=True)
            return self._cipher.decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError):
            return None


def open_secret_box(folder: Path) -> SecretBox:
    """Derive the box of this server from its key in the folder; made at the first start."""
    own = open_key(folder).private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return SecretBox(HKDF(hashes.SHA256(), 32, salt=None, info=_PURPOSE).derive(own))
