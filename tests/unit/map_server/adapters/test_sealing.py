"""What others entrusted to the server is readable with its key alone."""

from pathlib import Path

from map_server.adapters.sealing import open_secret_box


def test_what_was_sealed_opens_again_after_a_restart(tmp_path: Path) -> None:
    sealed = open_secret_box(tmp_path).seal("whsec_abc", "sub-1.secret")
    assert "whsec_abc" not in sealed
    assert open_secret_box(tmp_path).open(sealed, "sub-1.secret") == "whsec_abc"


def test_the_same_secret_twice_does_not_look_the_same(tmp_path: Path) -> None:
    box = open_secret_box(tmp_path)
    assert box.seal("whsec_abc", "sub-1.secret") != box.seal("whsec_abc", "sub-1.secret")


def test_it_opens_for_no_other_row_no_other_server_and_not_altered(tmp_path: Path) -> None:
    box = open_secret_box(tmp_path)
    sealed = box.seal("whsec_abc", "sub-1.secret")
    assert box.open(sealed, "sub-2.secret") is None
    assert open_secret_box(tmp_path / "another").open(sealed, "sub-1.secret") is None
    assert box.open(sealed[:-8] + "AAAAAAA=", "sub-1.secret") is None
    assert box.open("in the open", "sub-1.secret") is None
