#!/usr/bin/env bash
# Installs the named Debian packages when it may (root, or sudo without a password); else prints the one line to type.
# "a|b" installs the first of the two that the distribution has. Exit 1 when nothing could be installed.
set -euo pipefail

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
fi
names=()
for wanted in "$@"; do names+=("${wanted%%|*}"); done

if ! command -v apt-get >/dev/null; then
  echo "lilong: please install with your system's package manager: ${names[*]}" >&2
  exit 1
fi
if [ "$as_root" = "none" ]; then
  echo "lilong: please type this line, then start again:" >&2
  echo "  sudo apt-get install -y ${names[*]}" >&2
  exit 1
fi
echo "Installing Debian packages: ${names[*]}"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
for wanted in "$@"; do
  first=${wanted%%|*} second=${wanted##*|}
  $as_root apt-get install -y -qq --no-install-recommends "$first" >/dev/null ||
    $as_root apt-get install -y -qq --no-install-recommends "$second" >/dev/null
done
