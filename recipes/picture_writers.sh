#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# A Python with the packages by which the test cli_phone writes its HEIC, in BUILD/picture-writers. Usage: picture_writers.sh BUILD
set -euo pipefail
python3 -m venv "$1/picture-writers"
"$1/picture-writers/bin/pip" install --quiet pillow pillow-heif
