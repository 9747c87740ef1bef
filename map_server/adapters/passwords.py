"""Argon2id hashes of passwords, through pwdlib."""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Argon2Passwords:
    """See services.account_ports.PasswordHasher. Parameters: argon2-cffi's defaults (RFC 9106, section 4)."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(),))

    def hash(self, password: str) -> str:
        """The PHC string of a new password."""
        return self._hash.hash(password)

    def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password belongs to the hash."""
        return self._hash.verify(password, password_hash)

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker settings than today's."""
        return self._hash.current_hasher.check_needs_rehash(password_hash)
