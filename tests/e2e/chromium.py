"""The system's Chromium for tests, and what it needs to run anywhere."""

import shutil

import pytest

from map_server.presentation.pages import front_end_is_built

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def need_chromium() -> None:
    """Skip where there is no browser, or nothing to show in it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    if not front_end_is_built():
        pytest.skip("the front-end packages are not built: make map_server/presentation/static/vendor/.built")
