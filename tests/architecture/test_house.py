"""The house stands as drawn: no catch-all modules, no foreign paths, each half starts without the other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CATCH_ALL_NAMES = {"utils", "util", "common", "helpers", "manager", "misc", "base", "shared", "core"}

EDGE_ONLY = ("av", "cv2", "onnxruntime")
SERVER_ONLY = ("fastapi", "sqlalchemy", "alembic", "folium", "pyvrp", "uvicorn", "jinja2", "pyogrio")


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, text=True
    ).stdout
    return [REPOSITORY / name for name in listing.split("\0") if name and (REPOSITORY / name).is_file()]


def test_no_module_is_a_catch_all() -> None:
    bad = [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.stem in CATCH_ALL_NAMES and "migrations" not in path.parts
    ]
    assert not bad, "name the subject instead"


def test_lock_files_name_no_registry_host() -> None:
    for name in (
        "requirements.txt",
        "requirements-dev.txt",
        "scripts/uv.txt",
        "scripts/nodejs.txt",
        "package-lock.json",
    ):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|registry\.|index-url", text.replace("https://opencollective", "")), (
            name
        )


def test_every_locked_python_package_has_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "scripts/uv.txt", "scripts/nodejs.txt"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        for block in re.split(r"\n(?=[a-z0-9])", text):
            if re.match(r"[a-z0-9].*==", block):
                assert "--hash=sha256:" in block, f"{name}: {block.splitlines()[0]}"


def test_nothing_in_the_repository_points_into_somebodys_machine() -> None:
    pattern = re.compile(rb"/(?:home|root|Users)/[A-Za-z.]")
    bad = [
        path.relative_to(REPOSITORY)
        for path in tracked_files()
        if path.suffix not in {".png", ".jpg", ".onnx", ".mp4"}
        and path != Path(__file__)
        and pattern.search(path.read_bytes())
    ]
    assert not bad


@pytest.mark.parametrize(
    ("program", "foreign"),
    [("edge_agent.__main__", SERVER_ONLY), ("map_server.__main__", EDGE_ONLY)],
    ids=["edge agent", "map server"],
)
def test_each_half_starts_without_the_packages_of_the_other(program: str, foreign: tuple[str, ...]) -> None:
    code = f"import sys\nfor name in {foreign!r}: sys.modules[name] = None\nimport {program}\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
