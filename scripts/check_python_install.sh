#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Installs the Python package into a fresh virtual environment with one command and asks a first query there.
#   scripts/check_python_install.sh LOCI [BUILD_FOLDER]      LOCI: the program, which draws the photographs
set -euo pipefail
loci=$(realpath "${1:?give the program}")
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -m venv --system-site-packages "$work/env"
env -u PYTHONPATH "$work/env/bin/pip" install --no-index . "--config-settings=build=${2:-$work/build}"
"$loci" simulate "$work/town" --sketch --places 6 --times 3 --seed 5 --width 160 --height 120 --quiet
cd "$work"
env -u PYTHONPATH "$work/env/bin/python" "$root/examples/python/first_query.py" town/database db town/queries/*place0003*
env -u PYTHONPATH "$work/env/bin/pip" uninstall -y loci
