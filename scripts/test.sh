#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds and runs the fast tests. Heavier checks: ctest --preset slow, --preset asan, --preset tsan.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
loci_install_packages "${loci_check_packages[@]}"
cmake --preset default -D LOCI_WITH_PYTHON=ON
cmake --build --preset default
exec ctest --preset default --output-on-failure
