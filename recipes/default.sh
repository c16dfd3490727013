#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Makes the built-in model from nothing: simulate, distil, learn to rank, whiten, calibrate, evaluate (docs/models/default.md).
#   recipes/default.sh TEACHER OUT_FOLDER PHOTOS... [-- SAME_PLACE_SETS...]
# TEACHER: a network's weights that `loci import` knows, such as MobileNetV1 as .npz. PHOTOS: folders of photographs of any kind.
# SAME_PLACE_SETS: sets whose places were photographed repeatedly (places.csv, or one folder a place).
# Two cores take about three hours; interrupted, the same command goes on. Seeds are below.
set -euo pipefail
teacher=$(realpath "${1:?give the teacher}")
out=${2:?give a folder for the results}
shift 2
photos=() sets=() side=photos
for argument in "$@"; do
  if [ "$argument" = -- ]; then side=sets; continue; fi
  if [ $side = photos ]; then photos+=("$(realpath "$argument")"); else sets+=("$(realpath "$argument")"); fi
done
here=$(cd "$(dirname "$0")" && pwd)
loci=${LOCI:-$here/../build/bin/loci}
mkdir -p "$out"
cd "$out"
resume() { [ -d "$1.run" ] && echo --resume || true; }

# 1. Streets over time.
town() {  # seed places times
  [ -e "town$1/.whole" ] && return
  rm -rf "town$1"
  "$loci" simulate "town$1" --places "$2" --times "$3" --seed "$1" --width 320 --height 240
  touch "town$1/.whole"
}
for seed in 101 102 103 104; do town $seed 150 5; done
town 201 80 4
towns=(town101 town102 town103 town104)

# 2. A compact network learns the teacher's features from all photographs, through night, fog, noise and blur.
[ -e teacher.safetensors ] || "$loci" import "$teacher" --pooling netvlad --init-from "${photos[@]}" -o teacher.safetensors
[ -e features.safetensors ] || "$loci" distill "${photos[@]}" "${towns[@]}" --teacher teacher.safetensors --student placenet \
  --epochs "${DISTILL_EPOCHS:-60}" --seed 1 -o features.safetensors $(resume features.safetensors)

# 3. NetVLAD and the last stage learn to rank on streets and on real places at several times.
"$here/join_sets.py" places.csv "${towns[@]}" "${sets[@]}"
[ -e ranked.safetensors ] || "$loci" train places.csv --val town201 --model features.safetensors -o ranked.safetensors \
  --pooling netvlad --num-clusters 32 --optimizer adam --learning-rate 3e-5 --weight-decay 0 --schedule constant \
  --epochs "${RANK_EPOCHS:-8}" --patience 0 --refresh-queries 400 --trivial-radius-m -1 --whiten 512 --calibrate 200 \
  --seed 1 $(resume ranked.safetensors)
"$loci" inspect ranked.safetensors
