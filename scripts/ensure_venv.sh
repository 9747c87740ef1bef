#!/usr/bin/env bash
# Makes the virtual environment. Debian's bare python3 has neither venv nor pip: installs python3-venv when it may.
set -euo pipefail
venv=$1

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "lilong: python3 3.11 or later is needed; found: $(python3 --version 2>&1 || echo none)" >&2
  exit 2
fi
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  "$(dirname "$0")/apt_install.sh" "python3-venv|python$version-venv" || exit 2
fi
echo "Making the virtual environment in $venv…"
python3 -m venv "$venv"
