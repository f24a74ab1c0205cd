#!/bin/sh
# Debian and Ubuntu ship Python without what makes environments. Install it where we may, say so where we may not.
set -eu
python=$1
folder=$2
if ! command -v apt-get >/dev/null 2>&1; then
    echo "$python cannot make an environment (module venv). Install a complete Python 3.11 or later." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    become=""
elif sudo -n true 2>/dev/null; then
    become="sudo -n"
else
    echo "One package is missing. Run this, then the same make command again:" >&2
    echo "    sudo apt-get install python3-venv" >&2
    exit 1
fi
$become apt-get update -qq
$become apt-get install -y -qq python3-venv
"$python" -m venv --clear "$folder"
