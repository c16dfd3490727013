#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Makes the built-in model from nothing: simulate, distil, learn to rank, calibrate (docs/models/default.md).
#   recipes/default.sh TEACHER OUT_FOLDER PHOTOS... [-- SAME_PLACE_SETS...]
# TEACHER: a network's weights that `loci import` knows, such as MobileNetV1 as .npz. PHOTOS: folders of photographs of any kind.
# SAME_PLACE_SETS: sets whose places were photographed repeatedly (places.csv, or one folder a place).
# Two cores take about two hours; interrupted, the same command goes on. Seeds are below.
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
for seed in 101 102 103; do town $seed 150 5; done
town 201 80 4
towns=(town101 town102 town103)

# 2. A compact network learns the teacher's features from all photographs, through night, fog, noise, blur and few pixels.
[ -e teacher.safetensors ] || "$loci" import "$teacher" --pooling netvlad --init-from "${photos[@]}" -o teacher.safetensors
[ -e features.safetensors ] || "$loci" distill "${photos[@]}" town101 --teacher teacher.safetensors --student placenet \
  --epochs "${DISTILL_EPOCHS:-45}" --crop 160 --batch 16 --learning-rate 1.5e-3 --smallest-view 0.3 --warmup-steps 300 \
  --teacher-precision bf16 --seed 1 -o features.safetensors $(resume features.safetensors)

# 3. NetVLAD on them, learnt by k-means; then it and the last stage learn to rank streets and real places at several times.
[ -e netvlad.safetensors ] || "$loci" import features.safetensors --pooling netvlad --num-clusters 64 \
  --init-from "${photos[@]}" town101 --calibration-images 0 --seed 1 -o netvlad.safetensors
"$here/join_sets.py" places.csv "${towns[@]}" "${sets[@]}"
[ -e ranked.safetensors ] || "$loci" train places.csv --val town201 --model netvlad.safetensors -o ranked.safetensors \
  --pooling netvlad --num-clusters 64 --optimizer adam --learning-rate 1e-5 --weight-decay 0 --schedule cosine \
  --epochs "${RANK_EPOCHS:-3}" --patience 0 --refresh-queries 300 --trivial-radius-m -1 --calibrate 0 --seed 1 \
  $(resume ranked.safetensors)

# 4. Activation ranges for int8, float16 weights.
"$loci" import ranked.safetensors --init-from "${photos[@]}" "${towns[@]}" --calibration-images 64 --seed 1 --float16 \
  -o default.safetensors
"$loci" inspect default.safetensors
