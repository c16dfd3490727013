#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Compares candidates for the built-in model on the given sets, and chooses by leave-one-set-out.

    recipes/choose_default.py PLACES_FOLDER MODEL.safetensors... [--verify] [--precision fp32]

R@1 of every model on every set with centers of the database side's own; then, for each set, the model that is best on the
mean of the other sets, and what it reaches on the set that had no part in the choice. PLACES_FOLDER holds the sets below."""
import argparse
import json
import os
import pathlib
import subprocess

SETS = {
    'gardens_point_thumbs': [],
    'amos_day_night': ['--query-filter', 'time_of_day=night', '--database-filter', 'time_of_day=day'],
    'wxbs': [],
    'ie_tower': [],
    'street_view_cambridge': [],
}


def recall(loci, folder, options, model, arguments):
    command = [loci, 'eval', str(folder), '--model', model, '--json', '--precision', arguments.precision, *options]
    if arguments.verify:
        command.append('--verify')
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f'{" ".join(command)}: {done.stderr.strip().splitlines()[-1]}')
    return json.loads(done.stdout.splitlines()[-1])['recall_answerable']['1']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('places', type=pathlib.Path)
    parser.add_argument('models', nargs='+')
    parser.add_argument('--verify', action='store_true')
    parser.add_argument('--precision', default='fp32')
    parser.add_argument('--sets', nargs='*', default=list(SETS))
    arguments = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    loci = os.environ.get('LOCI', str(here.parent / 'build/bin/loci'))
    sets = [s for s in arguments.sets if (arguments.places / s).is_dir()]
    table = {}
    print('| model | ' + ' | '.join(sets) + ' | mean |')
    print('|---' * (len(sets) + 2) + '|')
    for model in arguments.models:
        row = [recall(loci, arguments.places / s, SETS[s], model, arguments) for s in sets]
        table[model] = row
        print(f'| {pathlib.Path(model).stem} | ' + ' | '.join(f'{r:.3f}' for r in row) + f' | {sum(row) / len(row):.3f} |',
              flush=True)
    if len(arguments.models) < 2 or len(sets) < 2:
        return
    for left_out, name in enumerate(sets):
        def others(model, out=left_out):
            return sum(r for i, r in enumerate(table[model]) if i != out)
        best = max(arguments.models, key=others)
        print(f'without {name}: {pathlib.Path(best).stem} is chosen, {table[best][left_out]:.3f} on {name}')


if __name__ == '__main__':
    main()
