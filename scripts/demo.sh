#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# From a fresh Debian 12 to a page with answers: installs what is missing, builds, indexes, queries, evaluates.
#   scripts/demo.sh            photographs of a simulated town, asked at another time of the year
#   scripts/demo.sh PHOTOS     your own photographs: some of them ask the others
set -euo pipefail
photos=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."
source scripts/packages.sh
loci_install_packages
cmake --preset release >/dev/null
cmake --build --preset release
loci=$PWD/build-release/bin/loci
out=$PWD/demo-out
mkdir -p "$out"

if [ -z "$photos" ]; then
  town=$out/town
  [ -d "$town" ] || "$loci" simulate "$town" --places 24 --times 4 --seed 7
  "$loci" doctor "$town" --html "$out/doctor.html"
  parts=("$town"/images/test)
  "$loci" index "${parts[0]}/database" --db "$out/collection" --verify
  mapfile -t asked < <(find "${parts[0]}/queries" -name '*.jpg' | sort | awk 'NR % 4 == 1' | head -n 6)
  "$loci" query "${asked[@]}" --db "$out/collection" -k 4 --html "$out/answers.html"
  "$loci" eval "$town" --model rootsift-vlad --html "$out/evaluation.html"
  echo "the town:   $out/doctor.html"
  echo "evaluation: $out/evaluation.html"
else
  "$loci" index "$photos" --db "$out/collection-of-yours" --verify
  mapfile -d '' -t asked < <(find "$photos" -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' \) -print0 | sort -z | head -z -n 6)
  "$loci" query "${asked[@]}" --db "$out/collection-of-yours" -k 4 --html "$out/answers.html"
fi
echo "answers:    $out/answers.html"
