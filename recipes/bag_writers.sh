#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# A Python with the packages by which the test cli_foreign_bags writes its bags, in BUILD/bag-writers. Usage: bag_writers.sh BUILD
set -euo pipefail
python3 -m venv "$1/bag-writers"
"$1/bag-writers/bin/pip" install --quiet rosbags mcap
