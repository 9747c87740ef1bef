"""What holds for all tests: in CI nothing is skipped quietly, and each test logs to its own streams."""

import os
from collections.abc import Iterator

import pytest
import structlog

ALLOWED_SKIPS = ("only on a Raspberry Pi", "PyTorch comes with make train alone")
"""Reasons that CI accepts: parts that no CI machine can have."""

_skipped: list[tuple[str, str]] = []


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Forget a program's log settings, which hold on to the streams of the test that set them."""
    yield
    structlog.reset_defaults()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skip with its reason."""
    if report.skipped and isinstance(report.longrepr, tuple) and not hasattr(report, "wasxfail"):
        _skipped.append((report.nodeid, str(report.longrepr[2])))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail the run in CI when a test was skipped for a reason that CI could mend."""
    bad = [name for name, reason in _skipped if not any(allowed in reason for allowed in ALLOWED_SKIPS)]
    if os.environ.get("CI") == "true" and bad and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skips that CI does not accept."""
    if os.environ.get("CI") != "true":
        return
    for name, reason in _skipped:
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            terminalreporter.write_line(f"SKIPPED IN CI: {name}: {reason}", red=True)
