#!/usr/bin/env bash
# Sees to the system programs that the tests drive: a browser with Chinese type, an RTSP server, PostgreSQL with PostGIS.
# A test whose program is absent is skipped with its reason; in CI (CI=true) a skip is a failure.
set -euo pipefail
here=$(dirname "$0")
missing=()

need() { # need PACKAGE CHECK…: remembers the package when the check fails
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
has_file() { compgen -G "$1" >/dev/null; }

need chromium command -v chromium
need fonts-noto-cjk has_file '/usr/share/fonts/opentype/noto/NotoSansCJK*'
need gir1.2-gst-rtsp-server-1.0 has_file '/usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib'
need python3-gi /usr/bin/python3 -c 'import gi'
need gstreamer1.0-plugins-base has_file '/usr/lib/*/gstreamer-1.0/libgstapp.so'
need gstreamer1.0-plugins-good has_file '/usr/lib/*/gstreamer-1.0/libgstrtp.so'
need gstreamer1.0-plugins-ugly has_file '/usr/lib/*/gstreamer-1.0/libgstx264.so'
need postgresql has_file '/usr/lib/postgresql/*/bin/postgres'
need postgresql-postgis has_file '/usr/share/postgresql/*/extension/postgis.control'

[ ${#missing[@]} -eq 0 ] && exit 0
if ! "$here/apt_install.sh" "${missing[@]}"; then
  echo "lilong: going on without: ${missing[*]} (the tests that need them are skipped)" >&2
fi
