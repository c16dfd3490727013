#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Reconstructs a folder of photographs twice with COLMAP, once with all pairs matched and once with the pairs that loci
# proposes, and prints both as one line of JSON: pairs, seconds of matching, registered images.
#
#   scripts/colmap_pairs.sh PHOTOS [K]        K pairs sought for each photograph (5)
#
# LOCI is the program (build/bin/loci), WORK the folder of the intermediate files (a new one, removed at the end).
set -euo pipefail
photos=${1:?give the folder of the photographs}
k=${2:-5}
here=$(cd "$(dirname "$0")/.." && pwd)
loci=${LOCI:-$here/build/bin/loci}
export QT_QPA_PLATFORM=offscreen
command -v colmap >/dev/null || { echo "colmap is not installed (Debian: apt-get install colmap)" >&2; exit 3; }
if [ -z "${WORK:-}" ]; then
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
fi
mkdir -p "$WORK"
log=$WORK/colmap.log

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
run() { "$@" >>"$log" 2>&1 || { echo "failed: $*; see $log" >&2; tail -5 "$log" >&2; trap - EXIT; exit 1; }; }

# The images that the largest model has, sorted, one a line.
registered() {
  local best='' most=-1 model count
  for model in "$1"/*/; do
    [ -d "$model" ] || continue
    run colmap model_converter --input_path "$model" --output_path "$model" --output_type TXT
    count=$(grep -v '^#' "$model/images.txt" | awk 'NR % 2 == 1' | wc -l)
    [ "$count" -gt "$most" ] && { most=$count; best=$model; }
  done
  [ -z "$best" ] || grep -v '^#' "$best/images.txt" | awk 'NR % 2 == 1 { print $10 }' | sort
}

# $1: exhaustive or loci. Matches a copy of the features, reconstructs, and leaves seconds, pairs and names behind.
reconstruct() {
  local database=$WORK/$1.db start
  cp "$WORK/features.db" "$database"
  start=$(now)
  if [ "$1" = exhaustive ]; then
    run colmap exhaustive_matcher --database_path "$database" --SiftMatching.use_gpu 0
  else
    run colmap matches_importer --database_path "$database" --match_list_path "$WORK/pairs.txt" --match_type pairs \
        --SiftMatching.use_gpu 0
  fi
  since "$start" >"$WORK/$1.seconds"
  mkdir -p "$WORK/$1"
  run colmap mapper --database_path "$database" --image_path "$photos" --output_path "$WORK/$1"
  registered "$WORK/$1" >"$WORK/$1.names"
}

run colmap feature_extractor --database_path "$WORK/features.db" --image_path "$photos" --SiftExtraction.use_gpu 0
start=$(now)
run "$loci" index "$photos" --db "$WORK/db" --quiet
run "$loci" pairs --db "$WORK/db" -k "$k" --colmap "$WORK/pairs.txt" --colmap-database "$WORK/features.db" --quiet
loci_seconds=$(since "$start")
reconstruct exhaustive
reconstruct loci

images=$(find -L "$photos" -type f -iname '*.jp*g' | wc -l)
same=false
cmp -s "$WORK/exhaustive.names" "$WORK/loci.names" && same=true
printf '{"photos":"%s","images":%d,"k":%d,"exhaustive":{"pairs":%d,"matching_seconds":%s,"registered":%d},' \
    "$(basename "$photos")" "$images" "$k" $((images * (images - 1) / 2)) "$(cat "$WORK/exhaustive.seconds")" \
    "$(wc -l <"$WORK/exhaustive.names")"
printf '"loci":{"pairs":%d,"matching_seconds":%s,"pairing_seconds":%s,"registered":%d},"same_images_registered":%s}\n' \
    "$(wc -l <"$WORK/pairs.txt")" "$(cat "$WORK/loci.seconds")" "$loci_seconds" "$(wc -l <"$WORK/loci.names")" "$same"
