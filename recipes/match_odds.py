#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What a model's matches are worth: fits MatchOdds on libraries that recipes/place_libraries.py made.

    recipes/match_odds.py LIBRARIES MODEL.safetensors WORK_FOLDER [--odds OUT.json]

Each library is indexed and asked about its known places and its strangers. The odds are logistic regressions (L2, .05) over
similarity, number of photos and inliers. Every figure printed for a library comes from odds that were fitted
without it (and, for the libraries of all kinds, without any of these); what is written is fitted on all. The tower, whose floors
look alike, is reported and never fitted on. Needs numpy; LOCI: the program (build/bin/loci)."""
import argparse
import json
import os
import pathlib
import subprocess

import numpy as np

LOCI = os.environ.get('LOCI', str(pathlib.Path(__file__).resolve().parent.parent / 'build/bin/loci'))
MIXED = ('10', '49', '339', '2018')
REPORTED_ONLY = ('tower',)
KNOWN, PROBABLY = 0.9, 0.5
CHANCE_INLIERS = 12
FIELDS = {'descriptor': ('similarity', 'photos'), 'geometry': ('similarity', 'photos', 'inliers'), 'pair': ('inliers',)}


def number(path):
    return int(os.path.basename(path)[:4])


def ask(library, model, work):
    """(query, matches) of one library, each match (library photo, similarity, matched, inliers), from scores and checked."""
    db = work / library.name
    lib = library / 'lib'
    if not (work / f'{library.name}.checked.strange').exists():
        subprocess.run([LOCI, 'index', str(lib), '--db', str(db), '--model', model, '--keep-features', '-q'], check=True,
                       capture_output=True)
        for part in ('known', 'strange'):
            for kind, option in (('plain', '--no-verify'), ('checked', '--verify')):
                done = subprocess.run([LOCI, 'query', str(library / part), '--db', str(db), '-k', '20', '--json', '-q', option],
                                      check=True, capture_output=True, text=True)
                (work / f'{library.name}.{kind}.{part}').write_text(done.stdout, encoding='utf-8')
    right = {}
    for line in (library / 'truth.txt').read_text(encoding='utf-8').splitlines():
        words = [int(w) for w in line.split()]
        right[words[0]] = set(words[1:])
    photos = len(list(lib.iterdir()))
    rows = []
    for part in ('known', 'strange'):
        for kind in ('plain', 'checked'):
            for line in (work / f'{library.name}.{kind}.{part}').read_text(encoding='utf-8').splitlines():
                answer = json.loads(line)
                expected = right.get(number(answer['query']), set()) if part == 'known' else set()
                for rank, m in enumerate(answer['matches']):
                    rows.append({'library': library.name, 'known': part == 'known', 'kind': kind, 'rank': rank,
                                 'right': number(m['image']) in expected, 'similarity': m['score'],
                                 'photos': np.log(photos), 'matched': m.get('matched', 0), 'count': m.get('inliers', 0)})
    for row in rows:
        row['inliers'] = np.log1p(max(0, row['count'] - CHANCE_INLIERS))
    return rows


def fit(rows, fields, penalty=0.05):
    x = np.array([[r[f] for f in fields] for r in rows])
    y = np.array([float(r['right']) for r in rows])
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    ridge = penalty * np.diag([1.0] * len(fields) + [0])
    b = np.zeros(z.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-z @ b))
        hessian = (z * (p * (1 - p))[:, None]).T @ z + ridge + 1e-9 * np.eye(len(b))
        b -= np.linalg.solve(hessian, z.T @ (p - y) + ridge @ b)
    weights = b[:-1] / spread
    return dict(zip(fields, weights)), b[-1] - weights @ mean


def probability(odds, row):
    weights, bias = odds
    return 1 / (1 + np.exp(-(bias + sum(w * row[f] for f, w in weights.items()))))


def chosen(rows, part):
    if part == 'pair':
        return [r for r in rows if r['kind'] == 'checked' and r['matched'] > 0]
    return [r for r in rows if r['kind'] == ('plain' if part == 'descriptor' else 'checked') and r['rank'] == 0]


def usable(rows, without):
    out = MIXED if without in MIXED else (without,)
    return [r for r in rows if r['library'] not in out and r['library'] not in REPORTED_ONLY]


def report(rows, part):
    print(f'\n{part}: | library | known called known, probably | of those right | strangers called known, probably |')
    everything = []
    for library in sorted({r['library'] for r in rows}):
        odds = fit(chosen(usable(rows, library), part), FIELDS[part])
        here = chosen([r for r in rows if r['library'] == library], part)
        p = np.array([probability(odds, r) for r in here])
        known = np.array([r['known'] for r in here])
        right = np.array([r['right'] for r in here])

        def share(mask, of):
            return f'{mask[of].mean():.3f}' if of.any() else '-'
        said = known & (p >= PROBABLY)
        print(f'| {library} | {share(p >= KNOWN, known)}, {share((p >= PROBABLY) & (p < KNOWN), known)} | {share(right, said)} '
              f'| {share(p >= KNOWN, ~known)}, {share((p >= PROBABLY) & (p < KNOWN), ~known)} |')
        if library not in REPORTED_ONLY:
            everything += list(zip(p, right, known))
    p, right, known = (np.array(c) for c in zip(*everything))
    bins = np.minimum((p * 10).astype(int), 9)
    error = sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    sure = p >= KNOWN
    print(f'all but the tower: "known" is right in {right[sure].mean():.3f}, said of {(sure & right)[known].mean():.3f} of the known; '
          f'strangers called known {sure[~known].mean():.4f}, probably {((p >= PROBABLY) & ~sure)[~known].mean():.4f}; '
          f'expected calibration error {error:.3f}')
    for b in sorted(set(bins)):
        print(f'  {b / 10:.1f}: said {p[bins == b].mean():.2f}, right {right[bins == b].mean():.2f} of {int((bins == b).sum())}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('libraries', type=pathlib.Path)
    parser.add_argument('model')
    parser.add_argument('work', type=pathlib.Path)
    parser.add_argument('--odds')
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for library in sorted(p for p in arguments.libraries.iterdir() if p.is_dir()):
        rows += ask(library, arguments.model, arguments.work)
        print(library.name, flush=True)
    odds = {}
    for part, fields in FIELDS.items():
        if part != 'pair':
            report(rows, part)
        weights, bias = fit(chosen(usable(rows, None), part), fields)
        odds[part] = {'bias': round(float(bias), 4), **{f: round(float(w), 4) for f, w in weights.items()}}
    text = json.dumps(odds, indent=1)
    print(text)
    if arguments.odds:
        pathlib.Path(arguments.odds).write_text(text + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
