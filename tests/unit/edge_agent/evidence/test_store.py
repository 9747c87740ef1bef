"""The evidence folder: whole files under their hash, or none."""

import hashlib
from pathlib import Path

import pytest

from edge_agent.errors import ConfigError, PermanentError, TransientError
from edge_agent.evidence import EvidenceParams, EvidenceStore, EvidenceStoreParams

PARAMS = EvidenceStoreParams(max_bytes=1024 * 1024, min_free_bytes=0)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "deep" / "evidence", PARAMS)


def test_a_file_is_named_by_its_hash_and_read_back_as_it_was(store: EvidenceStore) -> None:
    sha256, path = store.save(b"picture", "image/jpeg")
    assert sha256 == hashlib.sha256(b"picture").hexdigest()
    assert path.name == f"{sha256}.jpg"
    assert store.read(sha256) == b"picture"
    assert store.total_bytes == 7


def test_the_same_picture_twice_is_one_file(store: EvidenceStore) -> None:
    assert store.save(b"picture", "image/jpeg") == store.save(b"picture", "image/jpeg")
    assert store.total_bytes == 7


def test_a_deleted_file_gives_its_bytes_back_once(store: EvidenceStore) -> None:
    sha256, _ = store.save(b"picture", "image/jpeg")
    store.delete(sha256)
    store.delete(sha256)
    assert store.total_bytes == 0
    with pytest.raises(PermanentError, match="gone"):
        store.read(sha256)


def test_a_file_changed_on_the_disk_is_not_taken_for_evidence(store: EvidenceStore) -> None:
    sha256, path = store.save(b"picture", "image/jpeg")
    path.write_bytes(b"forgery")
    with pytest.raises(PermanentError, match="damaged"):
        store.read(sha256)


def test_without_room_nothing_is_written(store: EvidenceStore) -> None:
    with pytest.raises(TransientError, match="no room"):
        store.save(b"x" * (1024 * 1024 + 1), "image/jpeg")
    assert list(store.directory.iterdir()) == []


def test_a_restart_counts_what_is_there_and_clears_away_what_a_crash_left(store: EvidenceStore) -> None:
    store.save(b"picture", "image/jpeg")
    (store.directory / "half.part").write_bytes(b"half a pict")
    again = EvidenceStore(store.directory, PARAMS)
    assert again.total_bytes == 7
    assert not (store.directory / "half.part").exists()


def test_a_folder_that_cannot_be_used_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="evidence folder"):
        EvidenceStore(tmp_path / "file", PARAMS)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (EvidenceStoreParams, "max_bytes", 10),
        (EvidenceStoreParams, "min_free_bytes", -1),
        (EvidenceStoreParams, "keep_sent_s", -1.0),
        (EvidenceParams, "jpeg_quality", 0),
        (EvidenceParams, "remember_every_s", 0.0),
        (EvidenceParams, "memory_frames", 2),
        (EvidenceParams, "memory_bytes", 10),
        (EvidenceParams, "person_margin", -0.1),
        (EvidenceParams, "onset_window_s", 0.0),
    ],
)
def test_settings_that_cannot_work_are_refused_by_key(kind: type, key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        kind(**{key: value})
