#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Bags that the Python packages rosbags and mcap wrote, as input of `loci index` and `loci loops`. Usage: foreign_bags_test.py LOCI
(77 where no Python has them: recipes/bag_writers.sh makes one, LOCI_BAGS_PYTHON names another)"""
import os
import pathlib
import subprocess
import sys
import unittest

from frames_of_a_town import FramesOfATown
from program import LOCI, lines, loci

SCRIPT = pathlib.Path(__file__).with_name('write_foreign_bags.py')
BESIDE = pathlib.Path(LOCI).resolve().parent.parent / 'bag-writers/bin/python3'
KINDS = ['ros1_none.bag', 'ros1_bz2.bag', 'ros1_lz4.bag', 'db3', 'db3_message', 'db3_file', 'db3_big', 'mcap', 'mcap_storage',
         'by_mcap_lz4.mcap', 'by_mcap_zstd.mcap', 'by_mcap_none.mcap', 'by_mcap_not_chunked.mcap', 'by_mcap_no_index.mcap']


def python_with_writers():
    for name in (os.environ.get('LOCI_BAGS_PYTHON'), BESIDE, sys.executable):
        if name and pathlib.Path(name).exists():
            if subprocess.run([name, '-c', 'import rosbags.rosbag2, mcap.writer'], capture_output=True).returncode == 0:
                return name
    return None


class ForeignBags(FramesOfATown):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bags = cls.root / 'bags'
        cls.bags.mkdir()
        made = subprocess.run([PYTHON, SCRIPT, cls.bags, *cls.photos], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr

    def test_every_kind_is_indexed_with_its_positions(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                db = self.root / f'{kind}.loci'
                report = lines('index', self.bags / kind, '--db', db, '--every', 0.5)[-1]
                self.assertEqual((report['added'], report['failed']), (12, []))
                match = lines('query', self.photos[7], '--db', db, '-k', 1)[0]['matches'][0]
                self.assertIn('#t=3.50.jpg', match['image'])
                self.assertAlmostEqual(match['lat'], 48.0007, 6)
                self.assertEqual(match['taken'], '2017-07-14T02:40:03')

    def test_loops_takes_frames_and_poses_of_every_kind(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                graph = self.root / f'{kind}.g2o'
                summary = lines('loops', self.bags / kind, '--truth', self.bags / kind, '--odometry', self.bags / kind, '-o', graph)[-1]
                self.assertEqual((summary['frames'], summary['truth']['frames']), (12, 12))
                east = [float(line.split()[2]) for line in graph.read_text().splitlines() if line.startswith('VERTEX')]
                self.assertEqual(east, [10.0 * i for i in range(12)])

    def test_cut_files_are_read_up_to_the_cut(self):
        for kind in KINDS:
            if not kind.startswith('by_mcap'):
                continue
            with self.subTest(kind=kind):
                whole = (self.bags / kind).read_bytes()
                cut = self.root / f'cut_{kind}'
                cut.write_bytes(whole[:len(whole) * 2 // 3])
                result = loci('loops', cut, '--json', check=0)
                self.assertIn('cut short', result.stderr)


if __name__ == '__main__':
    PYTHON = python_with_writers()
    if PYTHON is None:
        print('skipped: no Python with the packages rosbags and mcap (recipes/bag_writers.sh BUILD makes one)')
        sys.exit(77)
    unittest.main(verbosity=1)
