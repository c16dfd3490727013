#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Reconstructs a folder of photographs twice with COLMAP, once with all pairs matched and once with the pairs that loci
# proposes, and prints both as one line of JSON: pairs, seconds of matching (of the clock and of the processor),
# registered images.
#
#   scripts/colmap_pairs.sh PHOTOS [K]        K pairs sought for each photograph (5)
#
# LOCI is the program (build/bin/loci), WORK the folder of the intermediate files (a new one, removed at the end).
# A walk along a street needs other options than a building seen from all sides, else COLMAP finds no first pair:
#   FORWARD=1 scripts/colmap_pairs.sh WALK
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
extract=() mapper=()
if [ -n "${FORWARD:-}" ]; then
  extract=(--ImageReader.single_camera 1)
  mapper=(--Mapper.init_min_tri_angle 2 --Mapper.init_min_num_inliers 50 --Mapper.init_max_forward_motion 1
          --Mapper.tri_min_angle 0.5 --Mapper.filter_min_tri_angle 0.5)
fi
mkdir -p "$WORK"
log=$WORK/colmap.log

TIMEFORMAT='%R %U'
exec 3>&2
run() { "$@" >>"$log" 2>&1 || { echo "failed: $*; see $log" >&3; tail -5 "$log" >&3; trap - EXIT; exit 1; }; }
# $1: file that gets the seconds of the clock and of the processor.
timed() { local to=$1; shift; { time run "$@"; } 2>"$to"; }
seconds() { awk '{ clock += $1; cpu += $2 } END { printf "\"seconds\":%.2f,\"cpu_seconds\":%.2f", clock, cpu }' "$@"; }

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
  local database=$WORK/$1.db
  cp "$WORK/features.db" "$database"
  if [ "$1" = exhaustive ]; then
    timed "$WORK/$1.seconds" colmap exhaustive_matcher --database_path "$database" --SiftMatching.use_gpu 0
  else
    timed "$WORK/$1.seconds" colmap matches_importer --database_path "$database" --match_list_path "$WORK/pairs.txt" \
        --match_type pairs --SiftMatching.use_gpu 0
  fi
  mkdir -p "$WORK/$1"
  run colmap mapper --database_path "$database" --image_path "$photos" --output_path "$WORK/$1" "${mapper[@]}"
  registered "$WORK/$1" >"$WORK/$1.names"
}

run colmap feature_extractor --database_path "$WORK/features.db" --image_path "$photos" --SiftExtraction.use_gpu 0 \
    "${extract[@]}"
cp "$WORK/features.db" "$WORK/names.db"
timed "$WORK/index.seconds" "$loci" index "$photos" --db "$WORK/db" --quiet
timed "$WORK/pairs.seconds" "$loci" pairs --db "$WORK/db" -k "$k" --colmap "$WORK/pairs.txt" \
    --colmap-database "$WORK/names.db" --quiet
reconstruct exhaustive
reconstruct loci

images=$(find -L "$photos" -type f -iname '*.jp*g' | wc -l)
same=false
cmp -s "$WORK/exhaustive.names" "$WORK/loci.names" && same=true
printf '{"photos":"%s","images":%d,"k":%d,' "$(basename "$photos")" "$images" "$k"
printf '"exhaustive":{"pairs":%d,%s,"registered":%d},' $((images * (images - 1) / 2)) "$(seconds "$WORK/exhaustive.seconds")" \
    "$(wc -l <"$WORK/exhaustive.names")"
printf '"loci":{"pairs":%d,%s,"registered":%d},' "$(wc -l <"$WORK/pairs.txt")" "$(seconds "$WORK/loci.seconds")" \
    "$(wc -l <"$WORK/loci.names")"
printf '"index_and_pairs":{%s},"same_images_registered":%s}\n' "$(seconds "$WORK/index.seconds" "$WORK/pairs.seconds")" "$same"
