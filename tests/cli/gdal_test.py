#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""GDAL reads the maps that loci writes. Skipped (exit 77) without ogrinfo (Debian: gdal-bin). Usage: gdal_test.py LOCI"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

if not shutil.which('ogrinfo'):
    print('skipped: ogrinfo is not installed (Debian: apt-get install gdal-bin)')
    sys.exit(77)


def run(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


loci = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    run(loci, 'simulate', root / 'town', '--sketch', '--places', 6, '--times', 3, '--seed', 5, '--width', 160, '--height', 120)
    run(loci, 'index', root / 'town/database', '--db', root / 'db', '--model', 'rootsift-vlad', '--num-clusters', 8)
    kinds = ('geojson', 'gpx', 'kml')
    flags = [word for kind in kinds for word in (f'--{kind}', root / f'all.{kind}')]
    run(loci, 'export', '--db', root / 'db', *flags)
    photos = sorted(p.name for p in (root / 'town/database').iterdir())
    for kind, layer in (('geojson', None), ('gpx', 'waypoints'), ('kml', None)):
        text = run('ogrinfo', '-ro', '-al', *(['-where', '1=1'] if layer is None else []), root / f'all.{kind}',
                   *([layer] if layer else []))
        points = {}
        for block in text.split('OGRFeature')[1:]:
            name = re.search(r'^\s+(?:name|Name) \(String\) = (.*)$', block, re.M).group(1)
            points[name] = tuple(map(float, re.search(r'POINT(?: Z)? \(([-\d.]+) ([-\d.]+)', block).groups()))
        assert sorted(points) == photos, (kind, sorted(points), photos)
        for name, (lon, lat) in points.items():
            want = tuple(map(float, name.split('@')[5:7]))
            assert abs(lat - want[0]) < 2e-5 and abs(lon - want[1]) < 2e-5, (kind, name, lon, lat)
        print(f'{kind}: {len(points)} points read by GDAL')
    query = sorted((root / 'town/queries').iterdir())[0]
    answer = json.loads(run(loci, 'query', query, '--db', root / 'db', '-k', 4, '--json', '--kml', root / 'answer.kml'))
    count = 4 + (answer['location'] is not None)
    text = run('ogrinfo', '-ro', '-al', root / 'answer.kml')
    assert text.count('POINT') == count, text
    print(f'answer: {count} points read by GDAL')
