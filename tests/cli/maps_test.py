#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Positions of a collection and of an answer for maps. Usage: maps_test.py LOCI"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

LOCI = sys.argv.pop(1)


def loci(*arguments, check=None):
    result = subprocess.run([LOCI, *map(str, arguments)], capture_output=True, text=True)
    assert check is None or result.returncode == check, (result.args, result.returncode, result.stderr)
    return result


class Maps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        loci('simulate', cls.root / 'town', '--sketch', '--places', 8, '--times', 3, '--seed', 5, '--width', 240,
             '--height', 180, check=0)
        cls.database, cls.queries = cls.root / 'town/database', cls.root / 'town/queries'
        cls.db = cls.root / 'db'
        loci('index', cls.database, '--db', cls.db, '--model', 'rootsift-vlad', '--num-clusters', 16, check=0)
        cls.names = sorted(p.name for p in cls.database.iterdir())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_positions_for_maps(self):
        files = [self.root / f'all.{kind}' for kind in ('geojson', 'gpx', 'kml')]
        line = json.loads(loci('export', '--db', self.db, '--geojson', files[0], '--gpx', files[1], '--kml', files[2], '--json',
                               check=0).stdout)
        self.assertEqual(line, {'images': len(self.names), 'points': len(self.names)})
        features = json.loads(files[0].read_text())['features']
        self.assertEqual(sorted(f['properties']['name'] for f in features), self.names)
        one = next(f for f in features if f['properties']['name'] == self.names[0])
        lat, lon = map(float, self.names[0].split('@')[5:7])
        self.assertAlmostEqual(one['geometry']['coordinates'][0], lon, 4)
        self.assertAlmostEqual(one['geometry']['coordinates'][1], lat, 4)
        self.assertEqual(len(xml.parse(files[1]).getroot()), len(self.names))
        self.assertEqual(len(list(xml.parse(files[2]).iter('{http://www.opengis.net/kml/2.2}Point'))), len(self.names))
        self.assertIn('--geojson', loci('export', '--db', self.db, check=2).stderr)

    def test_an_answer_for_a_map(self):
        query, out = sorted(self.queries.iterdir())[0], self.root / 'answer.geojson'
        line = json.loads(loci('query', query, '--db', self.db, '-k', 3, '--geojson', out, '--json', check=0).stdout)
        features = json.loads(out.read_text())['features']
        matches = [f['properties'] for f in features if f['properties']['kind'] == 'match']
        self.assertEqual([m['image'] for m in matches], [m['image'] for m in line['matches']])
        self.assertEqual([m['rank'] for m in matches], [1, 2, 3])
        self.assertTrue(all(m['query'] == str(query) for m in matches))
        places = [f for f in features if f['properties']['kind'] == 'location']
        self.assertEqual(len(places), 0 if line['location'] is None else 1)


if __name__ == '__main__':
    unittest.main(verbosity=1)
