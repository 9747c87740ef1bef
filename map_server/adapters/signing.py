"""Ed25519: the server's key in a file that its owner alone can read, and checks that need no secret."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from map_server.domain.errors import InvalidInput

KEY_FILE = "signing-key.pem"
PUBLIC_KEY_FILE = "signing-key.pub"


class KeptSignatures:
    """See domain.signed_head.Signatures."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> str:
        """Give the public key, 32 bytes in hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, statement: bytes) -> str:
        """Sign; 64 bytes in hex."""
        return self._key.sign(statement).hex()


def open_signatures(folder: Path) -> KeptSignatures:
    """Give the signatures of this server. Raises as `open_key`."""
    return KeptSignatures(open_key(folder))


def open_key(folder: Path) -> Ed25519PrivateKey:
    """Read the server's key, or make it at the first start: 0600 in a folder 0700.

    Raises InvalidInput for a file that holds no such key.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _make(folder, path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise InvalidInput(f"{path}: holds no key; put the right one back from a backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(f"{path}: holds another sort of key; Ed25519 is needed")
    return key


def _make(folder: Path, path: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = folder / f"{KEY_FILE}.{os.getpid()}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)  # never over a key that another process made meanwhile
        (folder / PUBLIC_KEY_FILE).write_text(key.public_key().public_bytes_raw().hex() + "\n")
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def public_key_in(folder: Path) -> str | None:
    """Give the public key that lies beside the secret one; None where no server has started."""
    path = folder / PUBLIC_KEY_FILE
    return path.read_text().strip() if path.is_file() else None


def is_signed(public_key: str, statement: bytes, signature: str) -> bool:
    """See domain.signed_head.SignatureCheck."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
