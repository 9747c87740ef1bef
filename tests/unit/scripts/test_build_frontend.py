"""The front-end build says what is wrong in one line and never leaves half a vendor folder behind."""

import sys
from pathlib import Path

import pytest

from scripts.build_frontend import PACKAGES, BuildError, copy_files, install_packages, is_up_to_date


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository in which npm has just installed every package."""
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    for part in PACKAGES:
        for name in part.files:
            path = tmp_path / "node_modules" / part.package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
    return tmp_path


def test_built_folder_is_up_to_date_until_the_lock_changes(checkout: Path) -> None:
    vendor = checkout / "static/vendor"
    assert not is_up_to_date(checkout, vendor)

    copy_files(checkout, vendor)

    assert is_up_to_date(checkout, vendor)
    (checkout / "package-lock.json").write_text('{"changed": true}', encoding="utf-8")
    assert not is_up_to_date(checkout, vendor)


def test_a_deleted_copy_is_made_again(checkout: Path) -> None:
    vendor = checkout / "static/vendor"
    copy_files(checkout, vendor)

    (vendor / "leaflet/dist/leaflet.js").unlink()

    assert not is_up_to_date(checkout, vendor)


def test_missing_file_of_a_package_keeps_the_old_folder(checkout: Path) -> None:
    vendor = checkout / "static/vendor"
    copy_files(checkout, vendor)
    (checkout / "node_modules/leaflet/LICENSE").unlink()

    with pytest.raises(BuildError, match="LICENSE is missing; remove node_modules"):
        copy_files(checkout, vendor)

    assert (vendor / "leaflet/LICENSE").is_file()


def test_every_package_comes_with_its_licence() -> None:
    assert all(any("LICENSE" in name for name in part.files) for part in PACKAGES)


def test_registry_away_is_one_clear_line(tmp_path: Path) -> None:
    noise = "import sys; print('npm warn old\\nnpm error code ENOTFOUND', file=sys.stderr); sys.exit(1)"

    with pytest.raises(BuildError) as caught:
        install_packages(tmp_path, [sys.executable, "-c", noise])

    assert "npm error code ENOTFOUND" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "call make again" in str(caught.value)
