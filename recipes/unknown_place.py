#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""How often "known" and its confidence are right, with half of the places left out.

    PYTHONPATH=build/python recipes/unknown_place.py [--model M] SET...

SET: a data set with positions, such as a town of `loci simulate` or street views. The eastern half is left out of the
collection. Of a set with one side, every second photo of the western half is indexed and the others are asked; photos of
the eastern half are asked where nothing indexed lies within 50 m. At most 600 photos of either kind are asked, drawn with
seed 1. A match is right within 25 m."""
import argparse
import math
import pathlib
import random
import statistics
import tempfile

import loci

RIGHT_WITHIN_M, STRANGE_FROM_M, MOST_ASKED, BINS = 25, 50, 600, 10


def point(record):
    """Metres on a plane, near enough for distances within a town."""
    if record.utm is not None:
        return record.utm
    lat, lon = record.position
    return lon * 111320 * math.cos(math.radians(lat)), lat * 110540


def halves(data):
    """Photos to index, photos to ask of known places, photos to ask of others; each (path, point)."""
    database, queries = ([(data.image_path(r), point(r)) for r in side] for side in (data.database, data.queries))
    middle = statistics.median(at[0] for _, at in database)
    indexed = sorted(photo for photo in database if photo[1][0] <= middle)
    asked = [photo for photo in queries if photo[1][0] <= middle]
    if {path for path, _ in database} == {path for path, _ in queries}:
        indexed, asked = indexed[::2], indexed[1::2]
    near = lambda photo, metres: any(math.dist(photo[1], other[1]) <= metres for other in indexed)
    known = [photo for photo in asked if near(photo, RIGHT_WITHIN_M)]
    strange = [photo for photo in queries if photo[1][0] > middle and not near(photo, STRANGE_FROM_M)]
    draw = random.Random(1)
    return indexed, *(draw.sample(side, min(MOST_ASKED, len(side))) for side in (known, strange))


def measure(name, model):
    indexed, known, strange = halves(loci.load_dataset(name))
    points = dict(indexed)
    with tempfile.TemporaryDirectory() as folder:
        db = loci.PlaceDb.create(folder + '/db', loci.load_model(model))
        db.update(list(points))
        answers = []
        for kind, side in (('known', known), ('strange', strange)):
            for path, at in side:
                answer = db.query(path, k=1)
                right = bool(answer.matches) and math.dist(at, points[answer.matches[0].image.path]) <= RIGHT_WITHIN_M
                answers.append((kind, answer.verdict, answer.confidence, right))
    return len(indexed), answers


def calibration_error(answers):
    error = 0
    for b in range(BINS):
        bin_ = [(c, right) for _, _, c, right in answers if b <= c * BINS < b + 1 or (b == BINS - 1 and c == 1)]
        error += abs(sum(c - right for c, right in bin_)) / len(answers)
    return error


def part(count, whole):
    return f'{count / whole:.3f}' if whole else '-'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='default')
    parser.add_argument('sets', nargs='+', metavar='SET')
    given = parser.parse_args()
    print('set', 'indexed', 'asked: known, strange', 'known right', 'recall of known', 'known or probably',
          'strangers known', 'strangers probably', 'calibration error', sep='\t')
    for name in given.sets:
        size, answers = measure(name, given.model)
        said = lambda kind, *verdicts: [a for a in answers if a[0] in kind and a[1] in verdicts]
        inside, outside = (sum(a[0] == kind for a in answers) for kind in ('known', 'strange'))
        known = said(('known', 'strange'), 'known')
        print(pathlib.Path(name).name, size, f'{inside}, {outside}', part(sum(a[3] for a in known), len(known)),
              part(sum(a[3] for a in said(('known',), 'known')), inside), part(len(said(('known',), 'known', 'probably')), inside),
              part(len(said(('strange',), 'known')), outside), part(len(said(('strange',), 'probably')), outside),
              f'{calibration_error(answers):.3f}', sep='\t', flush=True)


if __name__ == '__main__':
    main()
