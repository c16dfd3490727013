#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Makes the built-in model from published weights and photos without labels (docs/models/default.md):
# three networks, a projection of each that is steady across light, and prior centers.
#   recipes/default.sh MOBILENET.npz EFFICIENTNET.pth XFEAT.pt OUT_FOLDER PHOTOS...
# MOBILENET: MobileNetV1 1.0; EFFICIENTNET: EfficientNet-Lite0; XFEAT: XFeat. PHOTOS: folders of photos of any kind.
# Two cores take about ten minutes; what is there already is not made again. The seed of every step is 1.
set -euo pipefail
mobilenet=$(realpath "${1:?give MobileNetV1 weights}")
efficientnet=$(realpath "${2:?give EfficientNet-Lite0 weights}")
xfeat=$(realpath "${3:?give XFeat weights}")
out=${4:?give a folder for the results}
shift 4
photos=()
for each in "$@"; do photos+=("$(realpath "$each")"); done
here=$(cd "$(dirname "$0")" && pwd)
loci=${LOCI:-$here/../build/bin/loci}
mkdir -p "$out"
cd "$out"

# 1. The networks as published, at the size at which they look at a photo.
network() {  # name view weights
  [ -e "$1.safetensors" ] || "$loci" import "$3" --view "$2" --pooling vlad --num-clusters 32 --init-from "${photos[@]}" \
    --max-images 100 --calibration-images 0 -o "$1.safetensors"
}
network mobilenet 320x320 "$mobilenet"
network efficientnet 320x320 "$efficientnet"
network xfeat 320 "$xfeat"

# 2. A projection of each network's features that suppresses what a warped and relit copy changes.
project() {  # name dimensions shrink
  [ -e "$1.light.safetensors" ] || "$loci" project "$1.safetensors" "${photos[@]}" --dim "$2" --shrink "$3" \
    --max-images 1000 --seed 1 -o "$1.light.safetensors"
}
project mobilenet 64 0.1
project efficientnet 64 0.1
project xfeat 32 0.02

# 3. All of them side by side, from one pass a network. Centers from general photos hold across light, own ones tell places
# of a collection apart: the projected maps of the first two networks keep theirs, the other heads learn with a collection.
odds=()
[ ! -e "$here/default_odds.json" ] || odds=(--odds "$here/default_odds.json")
"$loci" join --name default --own-centers --pooling vlad --num-clusters 32 --init-from "${photos[@]}" --seed 1 --float16 \
  --branch mobilenet=1.5:mobilenet.light.safetensors --branch efficientnet=1:efficientnet.light.safetensors \
  --branch xfeat=0.4:xfeat.light.safetensors --head mobilenet_own=1.25:mobilenet/features \
  --head efficientnet_own=1.25:efficientnet/local_features --fixed-centers mobilenet efficientnet \
  "${odds[@]}" -o default.safetensors
"$loci" inspect default.safetensors
