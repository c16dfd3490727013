#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""COLMAP reconstructs with loci's pairs what it reconstructs with all pairs. Skipped (exit 77) without COLMAP or the scenes.
Usage: colmap_test.py LOCI"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
scenes = pathlib.Path(os.environ.get('LOCI_SHARED_DIR', root.parent / 'shared')) / 'data/scenes'
if not shutil.which('colmap'):
    print('skipped: colmap is not installed (Debian: apt-get install colmap)')
    sys.exit(77)
if not (scenes / 'lund').is_dir():
    print(f'skipped: no scenes in {scenes}')
    sys.exit(77)
for scene, k, forward in (('sceaux', 3, ''), ('lund', 12, '1')):
    done = subprocess.run([root / 'scripts/colmap_pairs.sh', scenes / scene, str(k)], text=True, capture_output=True,
                          env={**os.environ, 'LOCI': sys.argv[1], 'FORWARD': forward})
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    line = json.loads(done.stdout)
    assert line['same_images_registered'], line
    assert line['exhaustive']['registered'] == line['images'], line
    assert line['loci']['pairs'] < line['exhaustive']['pairs'] * 0.7, line
