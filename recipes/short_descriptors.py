#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What a large collection loses by short descriptors: R@1 of several data sets whose photos lie in one collection.

    PYTHONPATH=build/python recipes/short_descriptors.py LOCI WORK_FOLDER DIMENSIONS[,DIMENSIONS] PHOTOS... -- SET[:COLUMN=QUERY/DATABASE]...

LOCI is the program; PHOTOS are indexed into WORK_FOLDER/full.loci with their full descriptors, and copies of it are shortened
to each number of DIMENSIONS. A set's queries are asked of the whole collection, other queries of the set left out where
queries and database are apart; COLUMN=QUERY/DATABASE makes two sides of a column of a table (time_of_day=night/day)."""
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import loci

CHUNK = 500


def rows_of(folder):
    db = loci.PlaceDb.open(folder)
    images = db.images()
    return {image.path: i for i, image in enumerate(images)}, np.stack([db.descriptor(i.id) for i in images])


def questions(name, at):
    """(row of the query, rows that are right, rows that take no part) of each query that has an answer."""
    folder, _, split = name.partition(':')
    options = {}
    if split:
        column, _, sides = split.partition('=')
        query, _, database = sides.partition('/')
        options = {'query_filter': f'{column}={query}', 'database_filter': f'{column}={database}'}
    data = loci.load_dataset(folder, **options)
    queries = [at.get(data.image_path(r)) for r in data.queries]
    database = [at.get(data.image_path(r)) for r in data.database]
    apart = not set(queries) & set(database)
    sides = np.array([q for q in queries if q is not None])
    for query, right in zip(queries, data.ground_truth()):
        right = {database[r] for r in right} - {None, query}
        if query is not None and right:
            yield query, right, sides if apart else np.array([query])


def recall(rows, asked):
    found = 0
    for begin in range(0, len(asked), CHUNK):
        part = asked[begin:begin + CHUNK]
        for scores, (query, right, out) in zip(rows[[q for q, _, _ in part]] @ rows.T, part):
            scores[query], scores[out] = -2, -2
            found += int(scores.argmax()) in right
    return found / len(asked)


def main(program, work, dimensions, photos, sets):
    full = pathlib.Path(work) / 'full.loci'
    subprocess.run([program, 'index', *photos, '--db', full, '--dimensions', 'full', '-q'], check=True)
    at, rows = rows_of(full)
    asked = {name: list(questions(name, at)) for name in sets}
    print(f'{len(at)} photos', *(f'{pathlib.Path(n.partition(":")[0]).name} ({len(a)})' for n, a in asked.items()), sep='\t')
    print(rows.shape[1], *(f'{recall(rows, a):.3f}' for a in asked.values()), sep='\t', flush=True)
    for number in dimensions.split(','):
        short = pathlib.Path(work) / f'{number}.loci'
        shutil.rmtree(short, ignore_errors=True)
        shutil.copytree(full, short)
        subprocess.run([program, 'index', *photos, '--db', short, '--dimensions', number, '-q'], check=True)
        _, rows = rows_of(short)
        print(rows.shape[1], *(f'{recall(rows, a):.3f}' for a in asked.values()), sep='\t', flush=True)


if __name__ == '__main__':
    if '--' not in sys.argv or sys.argv.index('--') < 5:
        sys.exit(__doc__)
    end = sys.argv.index('--')
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:end], sys.argv[end + 1:])
