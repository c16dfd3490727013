#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# The Time Machine ablation of NetVLAD's paper (section 5.2) on simulated streets: the same network trained on imagery of one
# time and of several, tested on a town that neither has seen, where query and database show other times; then NetVLAD, max
# and mean pooling trained alike. Prints tables with 95 % intervals; `--model` first in each is what the gains are over.
#   recipes/time_machine.sh START.safetensors [FOLDER]     START: any model with a network
# Seeds: towns 101 to 103 train, 201 validates, 301 tests; training 1.
set -euo pipefail
start=$(realpath "${1:?give the model to start from}")
here=$(cd "$(dirname "$0")" && pwd)
loci=${LOCI:-$here/../build/bin/loci}
mkdir -p "${2:-time-machine}"
cd "${2:-time-machine}"

town() {  # seed places times
  [ -e "town$1/.whole" ] && return
  rm -rf "town$1"
  "$loci" simulate "town$1" --places "$2" --times "$3" --seed "$1" --width 320 --height 240
  touch "town$1/.whole"
}
for seed in 101 102 103; do town $seed 150 5; done
town 201 80 4
town 301 200 4
"$here/join_sets.py" times.csv town101 town102 town103
"$here/join_sets.py" --one-time one_time.csv town101 town102 town103

train() {  # name set pooling [options]
  local name=$1 set=$2 pooling=$3
  shift 3
  [ -e "$name.safetensors" ] && return
  "$loci" train "$set" --val town201 --model "$start" -o "$name.safetensors" --pooling "$pooling" --num-clusters 32 \
    --optimizer adam --learning-rate 3e-5 --weight-decay 0 --schedule constant --epochs "${EPOCHS:-5}" --patience 0 \
    --refresh-queries 300 --positive-radius-m 15 --calibrate 0 --seed 1 "$@"
}
train max_one_time one_time.csv max --no-time-machine
train max_times times.csv max
train mean_times times.csv mean
train netvlad_times times.csv netvlad
echo "== one time against several (max pooling)"
"$loci" eval town301 --precision fp32 --model max_one_time.safetensors --model max_times.safetensors \
  --model max_times.safetensors.run/start.safetensors --model rootsift-vlad
echo "== poolings trained alike"
"$loci" eval town301 --precision fp32 --model max_times.safetensors --model mean_times.safetensors --model netvlad_times.safetensors
for pooling in max mean netvlad; do
  echo "== what training adds to $pooling"
  "$loci" eval town301 --precision fp32 --model ${pooling}_times.safetensors.run/start.safetensors --model ${pooling}_times.safetensors
done
