#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Fits how many inliers photos of different places have: the table of src/local/inlier_chance.cc, with figures of how it
holds for a set that was left out. Needs numpy, scipy and the program check_kept_pairs of a build with tests.

    recipes/inlier_chance.py build/tests/check_kept_pairs KIND=FEATURES... [--positions street=places.csv]

KIND is points, rootsift or backbone, FEATURES what recipes/kept_xfeat.py (or tests/geometry/keep_photos.cc) wrote, without
.kept. Strangers are pairs of one set with different places; more than 200 m apart where --positions names a set's east_m and
north_m; any two photos of the sets of --loose.

    inliers - FLOOR ~ negative binomial of mean a m^b (t / 0.01)^c and size k, m matches, t the tolerance"""
import argparse
import csv
import math
import pathlib
import subprocess
import tempfile

import numpy
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import nbinom

FLOOR = {'homography': 4, 'fundamental': 7}
KIND = {1: 'homography', 2: 'fundamental'}
TOLERANCES = {'homography': [('tolerance', t) for t in (0.005, 0.015, 0.03)],
              'fundamental': [('epipolar_tolerance', t) for t in (0.002, 0.004, 0.008)]}
LIMITS = (1e-2, 1e-3, 1e-4)
BEYOND, EXCESS = 1e-8, 2  # chances below are no chance; how many times a limit is passed in a set at most


def place_of(row):
    """wxbs shows some places in several of its parts, PART_PLACE and a number for another view."""
    return row['place'].split('_', 1)[-1].rstrip('0123456789') if row['set'] == 'wxbs' else row['place']


def strangers(rows, indices, apart, loose, most, rng):
    found = set()
    for _ in range(20 * most):
        if len(found) >= most:
            break
        i, j = sorted(int(k) for k in rng.choice(indices, 2, False))
        if not loose and place_of(rows[i]) == place_of(rows[j]):
            continue
        if apart and math.dist(apart[rows[i]['path']], apart[rows[j]['path']]) < 200:
            continue
        found.add((i, j))
    return sorted(found)


def checked(program, base, pairs, options):
    """Rows of milliseconds, matches, inliers, geometry, spread, residual, tolerance."""
    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f'{folder}/pairs.npy', numpy.array(pairs, float))
        subprocess.run([program, f'{base}.kept', f'{folder}/pairs.npy', f'{folder}/out.npy', *options], check=True)
        return numpy.load(f'{folder}/out.npy')


def gathered(args, kind, bases, rng):
    """(set, geometry) -> rows of matches, inliers, tolerance."""
    apart = {}
    for name, path in (p.split('=', 1) for p in args.positions):
        with open(path, newline='') as file:
            apart[name] = {row['path']: (float(row['east_m']), float(row['north_m'])) for row in csv.DictReader(file)}
    data = {}
    for base in bases:
        with open(f'{base}.csv', newline='') as file:
            rows = list(csv.DictReader(file))
        for name in sorted({row['set'] for row in rows} - set(args.skip)):
            indices = [i for i, row in enumerate(rows) if row['set'] == name]
            for geometry, tolerances in TOLERANCES.items():
                for option, value in tolerances:
                    pairs = strangers(rows, indices, apart.get(name), name in args.loose, args.pairs, rng)
                    least = [] if kind == 'points' else ['min_similarity=0']
                    out = checked(args.program, base, pairs, [f'geometry={geometry}', f'{option}={value}', *least])
                    # Where nothing was found the tolerance is that of the others.
                    out[out[:, 6] == 0, 6] = numpy.median(out[out[:, 6] > 0, 6]) if (out[:, 6] > 0).any() else value
                    data.setdefault((name, geometry), []).append(out[out[:, 1] >= 8][:, [1, 2, 6]])
    return {key: numpy.concatenate(parts) for key, parts in data.items()}


def mean_of(parameters, rows):
    a, b, c, _ = parameters
    return numpy.exp(a) * rows[:, 0] ** b * (rows[:, 2] / 0.01) ** c


def fitted(parts, floor):
    """a, b, c, log k. Each set counts the same. What lies below the mean of a first fit only counts as such in the second: the upper tail is
    what is wanted. Pairs that are beyond all chance show one place after all, or one overlay."""
    def cost(parameters, bounds):
        k, total = numpy.exp(parameters[3]), 0
        for rows, bound in zip(parts, bounds):
            n, mean = numpy.maximum(rows[:, 1] - floor, 0), mean_of(parameters, rows)
            log_p = gammaln(n + k) - gammaln(k) - gammaln(n + 1) + k * numpy.log(k / (k + mean)) + n * numpy.log(mean / (k + mean))
            if bound is not None:
                low, kept = bound
                below = numpy.log(numpy.maximum(nbinom.cdf(low - 1, k, k / (k + mean)), 1e-300))
                log_p = numpy.where(n < low, below, log_p)[kept]
            total -= log_p.mean()
        return total
    first = minimize(cost, [-1, 0.6, 0.5, 3], ([None] * len(parts),), method='Nelder-Mead', options={'maxiter': 4000}).x
    bounds = [(numpy.maximum(1, numpy.round(mean_of(first, rows))), tail(first, rows, floor) > BEYOND) for rows in parts]
    whole = minimize(cost, first, (bounds,), method='Nelder-Mead', options={'maxiter': 4000, 'xatol': 1e-4, 'fatol': 1e-7}).x
    # The widest tail of any set: to be wrong towards "by chance".
    widest = whole[3]
    for rows in parts:
        for k in numpy.arange(whole[3], 0, -0.1):
            p = tail([*whole[:3], k], rows, floor)
            if all((p[p > BEYOND] <= limit).mean() <= EXCESS * limit for limit in LIMITS[:2]):
                break
        widest = min(widest, k)
    return [*whole[:3], widest]


def tail(parameters, rows, floor):
    k, mean = numpy.exp(parameters[3]), mean_of(parameters, rows)
    return nbinom.sf(numpy.maximum(rows[:, 1] - floor, 0) - 1, k, k / (k + mean))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('features', nargs='+')
    parser.add_argument('--positions', nargs='*', default=[])
    parser.add_argument('--loose', nargs='*', default=['imagenet', 'intel'])
    parser.add_argument('--alike', nargs='*', default=['ie', 'koe'], help='sets of look-alike places, shown but not fitted')
    parser.add_argument('--cache', help='keeps the pairs here, to fit again')
    parser.add_argument('--skip', nargs='*', default=[], help='sets that do not say which of their photos show one place')
    parser.add_argument('--pairs', type=int, default=3000)
    args = parser.parse_args()
    bases = {}
    for kind, base in (f.split('=', 1) for f in args.features):
        bases.setdefault(kind, []).append(pathlib.Path(base))
    for kind, paths in bases.items():
        cache = pathlib.Path(f'{args.cache}_{kind}.npz') if args.cache else None
        if cache and cache.exists():
            data = {tuple(key.split('|')): rows for key, rows in numpy.load(cache).items()}
        else:
            data = gathered(args, kind, paths, numpy.random.default_rng(1))
        if cache:
            numpy.savez(cache, **{'|'.join(key): rows for key, rows in data.items()})
        for geometry in TOLERANCES:
            sets = {name: rows for (name, g), rows in data.items() if g == geometry and len(rows) > 100}
            plain = [name for name in sets if name not in args.alike]
            whole = fitted([sets[name] for name in plain], FLOOR[geometry])
            print(f'{kind} {geometry}: a {math.exp(whole[0]):.4f} b {whole[1]:.3f} c {whole[2]:.3f} k {math.exp(whole[3]):.2f}')
            for name in sorted(sets):
                others = [sets[n] for n in plain if n != name]
                p = tail(fitted(others, FLOOR[geometry]) if name in plain and others else whole, sets[name], FLOOR[geometry])
                shares = ', '.join(f'{limit:g}: {(p <= limit).mean():.5f}' for limit in LIMITS)
                print(f'  {name}{"" if name in plain else " (look-alikes)"}: {len(p)} pairs, told less likely than {shares}; least {p.min():.1e}',
                      flush=True)


if __name__ == '__main__':
    main()
