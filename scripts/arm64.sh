#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Builds loci for 64-bit ARM on this machine and runs the fast tests under qemu. Libraries are unpacked into
# build-arm64-root; the only packages installed here are the cross-compiler and qemu.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
loci_install_packages g++-aarch64-linux-gnu qemu-user-static
scripts/arm64_root.sh "${LOCI_ARM64_ROOT:=$PWD/build-arm64-root}"
cmake --preset arm64 -D LOCI_ARM64_ROOT="$LOCI_ARM64_ROOT"
cmake --build --preset arm64
exec ctest --preset arm64
