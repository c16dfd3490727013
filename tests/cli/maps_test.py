#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Positions of a collection and of an answer for maps. Usage: maps_test.py LOCI"""
import json
import unittest
import xml.etree.ElementTree as xml

from program import WithACollection, loci


class Maps(WithACollection):
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
