"""Finds the published pictures, clips and detections that tests use by path and never copy."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("LILONG_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


def shared(relative: str) -> Path:
    """Give the path of a shared file, or skip the test with the reason."""
    path = SHARED_DATA / relative
    if not path.exists():
        pytest.skip(f"published data not here: {path} (set LILONG_SHARED_DATA)")
    return path
