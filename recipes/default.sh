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
network efficientnet 224x224 "$efficientnet"
network xfeat 320 "$xfeat"

# 2. A projection of each network's features that suppresses what a warped and relit copy changes.
for name in mobilenet efficientnet xfeat; do
  [ -e "$name.light.safetensors" ] || "$loci" project "$name.safetensors" "${photos[@]}" --dim 32 --shrink 0.02 \
    --max-images 1000 --seed 1 -o "$name.light.safetensors"
done

# 3. All of them side by side: each projected map, and the raw ones of two networks, from one pass a network.
"$loci" join --name default --own-centers --pooling vlad --num-clusters 32 --init-from "${photos[@]}" --seed 1 --float16 \
  --branch mobilenet=2:mobilenet.light.safetensors --branch efficientnet=2:efficientnet.light.safetensors \
  --branch xfeat=1:xfeat.light.safetensors --head efficientnet_raw=1.5:efficientnet/local_features \
  --head xfeat_raw=0.5:xfeat/local_features -o default.safetensors
"$loci" inspect default.safetensors
