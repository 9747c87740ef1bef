"""What every password hasher does: the one of the running server, and the quick one of the tests."""

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from map_server.adapters.passwords import Argon2Passwords
from map_server.services.account_ports import PasswordHasher
from tests.fakes.passwords import FakePasswords

HASHERS: list[PasswordHasher] = [Argon2Passwords(), FakePasswords()]


@pytest.mark.parametrize("hasher", HASHERS, ids=lambda hasher: type(hasher).__name__)
def test_right_password_is_known_and_a_wrong_one_is_not(hasher: PasswordHasher) -> None:
    stored = hasher.hash("lanes at noon 1")
    assert hasher.verify("lanes at noon 1", stored)
    assert not hasher.verify("lanes at noon 2", stored)
    assert "lanes" not in stored
    assert not hasher.needs_rehash(stored)


def test_server_uses_argon2id_with_its_own_salt() -> None:
    one, other = (Argon2Passwords().hash("lanes at noon 1") for _ in range(2))
    assert one.startswith("$argon2id$")
    assert one != other


def test_hash_made_with_weaker_settings_is_to_be_made_again() -> None:
    weak = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash("lanes at noon 1")
    assert Argon2Passwords().verify("lanes at noon 1", weak)
    assert Argon2Passwords().needs_rehash(weak)
