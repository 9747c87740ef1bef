"""Writes docs/dependencies.md from what is installed: `python scripts/write_dependencies.py`."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs" / "dependencies.md"
HEADING = """\
# Dependencies and their licences

Written by `python scripts/write_dependencies.py` from the installed packages. Named are those that Lilong
asks for itself; the full sets with hashes are `requirements.txt` (programs) and `requirements-dev.txt` (tests
and tools). Front-end packages are in `package.json`; the build copies each with its licence. No package under
the GPL or AGPL is used.
"""
EXTRAS = {
    "base": "both programs",
    "edge": "edge agent",
    "server": "map server",
    "postgres": "map server on PostgreSQL",
    "dev": "tests and tools",
}


def licence_of(name: str) -> tuple[str, str]:
    """Give version and licence of an installed package."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return "", "not installed here"
    licence = found.metadata.get("License-Expression") or ""
    if not licence:
        classifiers = found.metadata.get_all("Classifier") or []
        licence = ", ".join(line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::"))
    return found.version, licence or (found.metadata.get("License") or "see the package").splitlines()[0][:60]


def page() -> str:
    """Give the text of the page."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"base": project["dependencies"], **project["optional-dependencies"]}
    parts = [HEADING]
    for extra, purpose in EXTRAS.items():
        parts.append(f"\n## {extra}: {purpose}\n\n| package | licence |\n| --- | --- |\n")
        for requirement in sorted(groups[extra]):
            name = re.split(r"[\[<>=!~ ;]", requirement)[0]
            parts.append(f"| {name} | {licence_of(name)[1]} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(PAGE.relative_to(REPOSITORY))
