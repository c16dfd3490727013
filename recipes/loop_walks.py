#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The table "Walks of photographs" of docs/results.md: `loci loops` with nothing set over places that are walked past twice.

    recipes/loop_walks.py build/bin/loci PLACES FOLDER [WALK...] [-- OPTIONS OF loci loops]

PLACES: a folder with gardens_point_thumbs, koe_indoor and street_view_cambridge. FOLDER gets links to the photographs, named by
their time, and the poses.
  gardens    both walks past the same 200 places; right within 4 frames
  koe        nine rooms by day, then by night; right in the same room
  koe_twice  nine rooms twice: the odd photographs of each after the even ones
  cambridge  every second position along a tour of the streets, and then those between; right within 25 m"""
import csv
import json
import math
import os
import pathlib
import re
import subprocess
import sys

PAUSE_S = 60


def rows_of(folder):
    with open(folder / 'places.csv', newline='') as file:
        return list(csv.DictReader(file))


def by_number(row):
    return [int(part) if part.isdigit() else part for part in re.split(r'(\d+)', row['path'])]


def in_turn(rounds, step):
    """Rounds of (path, x, y, heading) to frames with times."""
    time, frames = 0, []
    for each in rounds:
        for path, *pose in each:
            frames.append((path, time, *pose))
            time += step
        time += PAUSE_S
    return frames


def gardens(places):
    folder = places / 'gardens_point_thumbs'
    return in_turn([[(path, at, 0, 0) for at, path in enumerate(sorted((folder / name).iterdir()))] for name in ('ref', 'query')], 1)


def rooms(places, rounds):
    folder = places / 'koe_indoor'
    rows = sorted(rows_of(folder), key=by_number)
    names = sorted({row['place'] for row in rows})
    return in_turn([[(folder / row['path'], 100 * at, 0, 0) for at, name in enumerate(names) for row in part([r for r in rows if r['place'] == name])]
                    for part in rounds], 1)


def koe(places):
    return rooms(places, [lambda rows, t=time: [r for r in rows if r['time'] == t] for time in ('day', 'night')])


def koe_twice(places):
    return rooms(places, [lambda rows, k=k: rows[k::2] for k in (0, 1)])


def cambridge(places):
    folder, at = places / 'street_view_cambridge', {}
    for row in rows_of(folder):
        at.setdefault((float(row['east_m']), float(row['north_m'])), {})[int(float(row['heading']))] = folder / row['path']
    left, tour = set(at), [min(at)]
    while left.discard(tour[-1]) or left:
        tour.append(min(left, key=lambda p: math.dist(p, tour[-1])))
    rounds = []
    for k in (0, 1):
        way, views = tour[k::2], []
        for i, here in enumerate(way):
            before, after = way[max(0, i - 1)], way[min(len(way) - 1, i + 1)]
            ahead = math.degrees(math.atan2(after[0] - before[0], after[1] - before[1]))
            heading = min(at[here], key=lambda h: abs((h - ahead + 180) % 360 - 180))
            views.append((at[here][heading], *here, heading))
        rounds.append(views)
    return in_turn(rounds, 2)


WALKS = {'gardens': (gardens, 4.1, 45), 'koe': (koe, 1, 45), 'koe_twice': (koe_twice, 1, 45), 'cambridge': (cambridge, 25, 91)}


def main():
    words = sys.argv[1:]
    options = words[words.index('--') + 1:] if '--' in words else []
    program, places, folder, *names = words[:words.index('--')] if '--' in words else words
    print('| walk | frames | show a place again | precision | recall | recall of the curve at precision 1 | ms a frame: median | p99 |')
    print('|---|---|---|---|---|---|---|---|')
    for name in names or WALKS:
        make, radius, angle = WALKS[name]
        base = pathlib.Path(folder) / name
        (base / 'frames').mkdir(parents=True, exist_ok=True)
        poses = []
        for path, time, x, y, heading in make(pathlib.Path(places).resolve()):
            link = base / 'frames' / f'{time:08.3f}{path.suffix}'
            if not os.path.lexists(link):
                link.symlink_to(path)
            half = math.radians(heading) / 2
            poses.append(f'{time} {x} {y} 0 0 {math.sin(half)} 0 {math.cos(half)}\n')
        (base / 'poses.txt').write_text(''.join(poses))
        done = subprocess.run([program, 'loops', base / 'frames', '--truth', base / 'poses.txt', '--radius-m', str(radius), '--max-angle-deg',
                               str(angle), '--threads', '1', '--quiet', '--json', *options], check=True, capture_output=True, text=True)
        run = json.loads(done.stdout.splitlines()[-1])
        truth, ms = run['truth'], run['add_ms']
        print(f"| {name} | {run['frames']} | {truth['answerable']} | {truth['precision']:.3f} | {truth['recall']:.3f} | "
              f"{truth['recall_at_full_precision']:.3f} | {ms['p50']:.0f} | {ms['p99']:.0f} |", flush=True)


main()
