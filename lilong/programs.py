"""Starts the programs of the product as a user would, watches them, and stops them cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from lilong.errors import DemoFault

STOP_WITHIN_S = 15.0


class Program:
    """One running program with its log. It leaves with the demo, also when the demo is killed politely."""

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.log = arguments[0], log
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  our own programs with our own arguments
                [*command(arguments[0]), *arguments[1:]],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops all
            )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def last_line(self) -> str:
        """The last thing that it said."""
        lines = [line for line in self.log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def wait_for_line(self, text: str, within_s: float) -> str:
        """Wait for a line with this text in the log and give it. Raises DemoFault when none comes."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for line in self.log.read_text("utf-8", errors="replace").splitlines():
                if text in line:
                    return line
            if not self.is_running:
                raise DemoFault(f"{self.name} ended at once: {self.last_line()} (log: {self.log})")
            time.sleep(0.1)
        raise DemoFault(f"{self.name} did not get ready within {within_s:.0f} s (log: {self.log})")

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if not self.is_running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def command(name: str) -> list[str]:
    """Give the command line of one of the product's programs, from the environment that runs the demo."""
    beside = Path(sys.executable).parent / name
    return [str(beside)] if beside.exists() else [sys.executable, "-m", name.replace("-", "_")]


def run_once(arguments: Sequence[str]) -> str:
    """Run a program to its end and give its standard output. Raises DemoFault with its last line of error."""
    done = subprocess.run(  # noqa: S603  our own programs with our own arguments
        [*command(arguments[0]), *arguments[1:]], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise DemoFault(f"{' '.join(arguments[:2])} failed: {lines[-1]}")
    return done.stdout.strip()
