#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs and features for COLMAP, hloc and kapture. Usage: pairs_test.py LOCI"""
import json
import sqlite3
import subprocess
import sys
import unittest

from program import WithACollection, loci


class Pairs(WithACollection):
    def test_pairs_of_a_collection_in_every_format(self):
        files = {kind: self.root / f'{kind}.txt' for kind in ('hloc', 'colmap', 'kapture')}
        line = json.loads(loci('pairs', '--db', self.db, '-k', 3, '--json',
                               *(word for kind, file in files.items() for word in (f'--{kind}', file)), check=0).stdout)
        n = len(self.names)
        self.assertEqual((line['queries'], line['pairs'], line['alone']), (n, 3 * n, []))
        hloc = [tuple(row.split(' ')) for row in files['hloc'].read_text().split('\n')]
        self.assertEqual(len(hloc), 3 * n)
        self.assertEqual(sorted({a for a, b in hloc}), self.names)
        self.assertEqual([a for a, b in hloc], sorted(a for a, b in hloc))
        self.assertTrue(all(a != b and b in self.names for a, b in hloc))
        # The two other photographs of the place are among the three.
        place = [name.split('@')[7] for name in self.names]
        right = sum(a.split('@')[7] == b.split('@')[7] for a, b in hloc)
        self.assertGreaterEqual(right, 0.6 * sum(place.count(p) - 1 for p in place))
        colmap = [tuple(row.split(' ')) for row in files['colmap'].read_text().splitlines()]
        self.assertEqual({frozenset(pair) for pair in colmap}, {frozenset(pair) for pair in hloc})
        self.assertEqual(len(colmap), line['unordered_pairs'])
        kapture = files['kapture'].read_text().splitlines()
        self.assertEqual(kapture[:2], ['# kapture format: 1.0', '# query_image, map_image'])
        self.assertEqual([tuple(row.split(', ')) for row in kapture[2:]], hloc)

    def test_queries_are_paired_with_the_collection_by_names_below_one_root(self):
        out = self.root / 'loc.txt'
        loci('pairs', self.queries, '--db', self.db, '-k', 2, '--hloc', out, check=0)
        rows = [row.split(' ') for row in out.read_text().split('\n')]
        self.assertEqual(len(rows), 2 * len(list(self.queries.iterdir())))
        self.assertTrue(all(a.startswith('queries/') and b.startswith('database/') for a, b in rows))
        loci('pairs', self.queries, '--db', self.db, '-k', 2, '--hloc', out, '--image-root', self.root, check=0)
        self.assertTrue(out.read_text().startswith('town/queries/'))
        refused = loci('pairs', self.queries, '--db', self.db, '--hloc', out, '--image-root', self.database, check=2)
        self.assertIn('does not lie below', refused.stderr)

    def test_names_come_from_a_colmap_database(self):
        base = self.root / 'colmap.db'
        with sqlite3.connect(base) as sql:
            sql.execute('CREATE TABLE images(image_id INTEGER PRIMARY KEY, name TEXT)')
            sql.executemany('INSERT INTO images(name) VALUES(?)', [('database/' + name,) for name in self.names[:6]])
        sql.close()
        out = self.root / 'colmap_pairs.txt'
        result = loci('pairs', '--db', self.db, '--colmap', out, '--colmap-database', base, check=0)
        names = {name for row in out.read_text().splitlines() for name in row.split(' ')}
        self.assertEqual(names, {'database/' + name for name in self.names[:6]})
        self.assertIn(f'{len(self.names) - 6} photographs are not in', result.stderr)
        missing = loci('pairs', '--db', self.db, '--colmap', out, '--colmap-database', self.root / 'none.db', check=1)
        self.assertIn('colmap feature_extractor', missing.stderr)
        self.assertFalse((self.root / 'none.db').exists())

    def test_filters_and_usage(self):
        out = self.root / 'near.txt'
        line = json.loads(loci('pairs', '--db', self.db, '-k', 20, '--max-distance-m', 1, '--need-position', '--mutual',
                               '--colmap', out, '--json', check=0).stdout)
        rows = [row.split(' ') for row in out.read_text().splitlines()]
        self.assertTrue(all(a.split('@')[1:3] == b.split('@')[1:3] for a, b in rows) or
                        all(a.split('@')[7] == b.split('@')[7] for a, b in rows), rows)
        self.assertEqual(len(rows), line['unordered_pairs'])
        self.assertIn('--hloc', loci('pairs', '--db', self.db, check=2).stderr)
        loci('pairs', '--db', self.db, '--hloc', out, '-k', 0, check=2)
        loci('pairs', '--db', self.root / 'nowhere', '--hloc', out, check=1)

    def test_hloc_features_are_read_by_h5py(self):
        # Debian's h5py belongs to Debian's Python, which need not be the one that runs this.
        pythons = [p for p in (sys.executable, '/usr/bin/python3')
                   if subprocess.run([p, '-c', 'import h5py'], capture_output=True).returncode == 0]
        if not pythons:
            self.skipTest('h5py is not installed (Debian: python3-h5py)')
        out = self.root / 'feats.h5'
        read = ('import h5py, json, numpy, sys; f = h5py.File(sys.argv[1], "r", libver="latest"); print(json.dumps({n: ['
                'str(f[n]["global_descriptor"].dtype), f[n]["global_descriptor"].ndim, '
                'float(numpy.linalg.norm(f[n]["global_descriptor"][()].astype("f8"))), '
                '[int(v) for v in f[n]["image_size"]]] for n in f}))')
        for flag, kind in (((), 'float32'), (('--half',), 'float16')):
            result = loci('pairs', '--db', self.db, '--hloc-features', out, *flag)
            if 'no HDF5' in result.stderr:
                self.skipTest('built without HDF5')
            self.assertEqual(result.returncode, 0, result.stderr)
            found = json.loads(subprocess.run([pythons[0], '-c', read, out], capture_output=True, text=True, check=True).stdout)
            self.assertEqual(sorted(found), self.names)
            for dtype, sides, norm, size in found.values():
                self.assertEqual((dtype, sides, size), (kind, 1, [240, 180]))
                self.assertAlmostEqual(norm, 1, 3)


if __name__ == '__main__':
    unittest.main(verbosity=1)
