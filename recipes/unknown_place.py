#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""How often "known place" is right: every second place of a simulated town is indexed and all its queries are asked.

    recipes/unknown_place.py TOWN MODEL...      TOWN: a folder that `loci simulate` wrote; LOCI: the program (build/bin/loci)
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LOCI = os.environ.get('LOCI', str(pathlib.Path(__file__).resolve().parent.parent / 'build/bin/loci'))
RIGHT_WITHIN_M = 25


def place(path):
    return int(re.search(r'@P(\d+)-', path.name).group(1))


def position(path):
    return tuple(float(x) for x in pathlib.Path(path).name.split('@')[1:3])


def measure(town, model):
    part = next((town / 'images').iterdir())
    database = [photo for photo in (part / 'database').iterdir() if place(photo) % 2 == 0]
    counts = dict(known_right=0, known_wrong=0, unknown_though_there=0, unknown_and_absent=0)
    with tempfile.TemporaryDirectory() as folder:
        db = folder + '/db'
        subprocess.run([LOCI, 'index', *database, '--db', db, '--model', model, '--quiet'], check=True, capture_output=True)
        queries = sorted((part / 'queries').iterdir())
        lines = subprocess.run([LOCI, 'query', *queries, '--db', db, '--json', '-k', '1'], check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        answer = json.loads(line)
        query = pathlib.Path(answer['query'])
        (x, y), (u, v) = position(query), position(answer['matches'][0]['image'])
        right = (x - u) ** 2 + (y - v) ** 2 <= RIGHT_WITHIN_M ** 2
        if answer['known_place']:
            counts['known_right' if right else 'known_wrong'] += 1
        else:
            counts['unknown_though_there' if place(query) % 2 == 0 else 'unknown_and_absent'] += 1
    known = counts['known_right'] + counts['known_wrong']
    return {'town': town.name, 'model': model, **counts, 'precision': round(counts['known_right'] / known, 3) if known else None}


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name in sys.argv[2:]:
        print(json.dumps(measure(pathlib.Path(sys.argv[1]), name)))
