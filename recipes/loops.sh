#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# The table "Loop closure" of docs/results.md: recall at 100 % precision and average precision of loops on simulated drives, and
# precision and recall at the automatic threshold, with milliseconds a frame (median) of search and of the geometric check.
#   recipes/loops.sh FOLDER [GARDENS] [SLAMBOOK]
# GARDENS: a folder with `ref` and `query` of gardens_point_thumbs; SLAMBOOK: the ten pictures of slambook_loop. ROWS=N prints
# row N alone (1 to 6 are those of one drive). Drives are made in FOLDER unless they are there. Vocabularies are learnt on drive 7.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
loci=${LOCI:-$here/../build/bin/loci}
gardens=${2:+$(realpath "$2")}
slambook=${3:+$(realpath "$3")}
mkdir -p "${1:?give a folder for the drives}"
cd "$1"

drive() {  # seed metres places hours
  [ -e "drive$1/.whole" ] && return
  rm -rf "drive$1"
  "$loci" simulate "drive$1" --drive-m "$2" --places "$3" --seed "$1" --width 320 --height 240 --drive-hours "$4"
  touch "drive$1/.whole"
}

row() {  # name descriptor arguments of loci loops...
  local name=$1 descriptor=$2
  shift 2
  "$loci" loops "$@" --quiet --json | tail -n 1 | python3 -c '
import json, sys
run = json.load(sys.stdin)
truth = run["truth"]
cells = ["%.3f" % truth[key] for key in ("recall_at_full_precision", "average_precision", "precision", "recall")]
cells += ["%.1f" % run[key]["p50"] for key in ("search_ms", "verify_ms")]
print("|", " | ".join(sys.argv[1:] + cells), "|", flush=True)' "$name" "$descriptor"
}

echo "| drive | descriptor | R@100P | AP | precision | recall | search ms | check ms |"
echo "|---|---|---|---|---|---|---|---|"
drive 7 1600 40 4
drive 501 2400 50 0
drive 502 2400 50 6
learn=(--learn-from drive7/images)
for seed in 501 502; do
  frames=("drive$seed/images" --truth "drive$seed/trajectory.txt")
  rows=("default"
        "default, \`--sequence 10\`|--sequence 10"
        "RootSIFT + VLAD|--model rootsift-vlad ${learn[*]}"
        "bag of words, ORB, 2,000 words|--model bow-orb ${learn[*]}"
        "bag of words, RootSIFT, 2,000 words|--model bow-rootsift ${learn[*]}"
        "default, \`--no-verify\`|--no-verify")
  for i in "${!rows[@]}"; do
    [ "${ROWS:-$((i + 1))}" = $((i + 1)) ] || continue
    IFS='|' read -r descriptor options <<< "${rows[i]}|"
    # shellcheck disable=SC2086  # options are words
    row $seed "$descriptor" "${frames[@]}" ${options%|}
  done
done

if [ -n "$gardens" ]; then
  python3 - "$gardens" > gardens.csv <<'END'
import pathlib, sys
print('path,east_m,north_m')
for folder in ('ref', 'query'):
    for at, path in enumerate(sorted((pathlib.Path(sys.argv[1]) / folder).iterdir())):
        print(f'{folder}/{path.name},{at},0')
END
  for options in "" "--sequence 10" "--sequence 20" "--model bow-rootsift"; do
    # shellcheck disable=SC2086
    row gardens "${options:-default}" "$gardens/ref" "$gardens/query" --fps 1 --truth gardens.csv --radius-m 2 $options
  done
fi
if [ -n "$slambook" ]; then
  echo "slambook_loop: pairs by similarity"
  mapfile -t pictures < <(find "$slambook" -name '*.jpg' | sort -V)
  "$loci" loops "${pictures[@]}" --fps 1 --exclude-s 0 --exclude-frames 3 --consistency 1 --min-confidence 0 \
    --min-similarity .3 --quiet | grep 'is where' | sed "s|$slambook/||g; s/^\(.*\)  was  (similarity \([0-9.]*\).*/\2  \1/" | sort -rn
fi
