#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Installs ONNX Runtime (npm, CPU) into the build folder and holds every exported model against it.
#   scripts/onnxruntime.sh [BUILD]
set -euo pipefail
build=${1:-$(cd "$(dirname "$0")/.." && pwd)/build}
command -v npm >/dev/null || { echo "npm is not installed (Debian: apt-get install npm)" >&2; exit 1; }
mkdir -p "$build/onnxruntime"
# --ignore-scripts: the package's script would fetch the CUDA libraries.
[ -d "$build/onnxruntime/node_modules/onnxruntime-node" ] ||
  npm install --prefix "$build/onnxruntime" --no-audit --no-fund --ignore-scripts onnxruntime-node@1
cmake --build "$build" --target onnx_write_cases
exec ctest --test-dir "$build" -R '^onnx_onnxruntime$' --output-on-failure -V
