"""Password hashing without the tenth of a second that it takes on purpose."""

import hashlib


class FakePasswords:
    """A `services.account_ports.PasswordHasher`: a plain hash, for tests that are not about hashing."""

    def hash(self, password: str) -> str:
        return "quick$" + hashlib.sha256(password.encode()).hexdigest()

    def verify(self, password: str, password_hash: str) -> bool:
        return self.hash(password) == password_hash

    def needs_rehash(self, password_hash: str) -> bool:
        return not password_hash.startswith("quick$")
