#!/bin/sh
# Runs a command with a throw-away PostgreSQL (and PostGIS, where installed) behind LILONG_TEST_POSTGRES_URL.
#
#   scripts/with_postgres.sh .venv/bin/pytest tests/integration/map_server tests/scenarios
#
# Needs Debian's postgresql package (postgresql-15-postgis-3 for PostGIS). The cluster lives in a temporary folder,
# listens on a socket there and on a free port of 127.0.0.1, and is gone when the command ends.
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND..." >&2
    exit 2
fi
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$binaries" ]; then
    echo "$0: no PostgreSQL here; apt-get install postgresql postgresql-15-postgis-3" >&2
    exit 2
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/lilong-postgres.XXXXXX")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

as_owner() {
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

stop() {
    as_owner "$binaries/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$folder"
fi
cd "$folder"
as_owner "$binaries/initdb" -D "$folder/data" -U lilong -A trust -E UTF8 --no-locale >"$folder/log" 2>&1
as_owner "$binaries/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w \
    -o "-c listen_addresses=127.0.0.1 -p $port -k $folder -c max_connections=200" start >>"$folder/log" 2>&1 ||
    { cat "$folder/log" "$folder/server.log" >&2; exit 1; }
cd "$OLDPWD"

LILONG_TEST_POSTGRES_URL="postgresql://lilong@127.0.0.1:$port/postgres" "$@"
