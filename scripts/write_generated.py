"""Writes everything that is made from the code again: `make docs`; tests compare it with what is there."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def commands() -> list[list[str]]:
    """Give the programs that write generated files."""
    return [
        ["scripts/write_configuration_guide.py"],
        ["scripts/write_contracts.py"],
        ["scripts/write_dependencies.py"],
        ["scripts/update_messages.py"],
        ["-m", "geodata.make_ward"],
    ]


def main() -> None:
    """Run them one by one; stop at the first that fails."""
    for command in commands():
        print(" ".join(command), flush=True)
        subprocess.run([sys.executable, *command], cwd=REPOSITORY, check=True)


if __name__ == "__main__":
    main()
