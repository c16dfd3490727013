#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What others may lay in the way of the program: pipes, links, blank secrets. Usage: attack_test.py LOCI"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCI = sys.argv.pop(1)


def loci(*words, env=None):
    return subprocess.run([LOCI, *map(str, words)], capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})


class AttackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        assert loci('simulate', cls.root / 'town', '--sketch', '--places', 3, '--times', 2, '--seed', 5, '--width', 96, '--height', 72).returncode == 0
        cls.photos = cls.root / 'town/database'
        cls.db = cls.root / 'db'
        cls.model = ('--model', 'rootsift-vlad', '--num-clusters', 2)
        assert loci('index', cls.photos, '--db', cls.db, *cls.model).returncode == 0

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_a_pipe_is_refused_by_every_verb_and_never_waited_for(self):
        pipe = self.root / 'pipe.jpg'
        os.mkfifo(pipe)
        table = self.root / 'set'
        table.mkdir()
        photo = next(self.photos.iterdir())
        (table / 'places.csv').write_text(f'path,lat,lon,role\n{photo},48,9,database\n{pipe},48,9,database\n{photo},48,9,query\n')
        weights = self.root / 'pipe.safetensors'
        os.mkfifo(weights)
        for words in (('query', pipe, '--db', self.db), ('describe', pipe, '-o', self.root / 'd.npy', '--model', self.db / 'model.safetensors'),
                      ('inspect', weights), ('import', weights, '-o', self.root / 'm.safetensors'), ('query', photo, '--db', self.db / 'lock'),
                      ('index', self.photos, '--db', self.root / 'new', '--model', weights)):
            done = loci(*words)
            self.assertIn(done.returncode, (1, 2), words)
            self.assertTrue(done.stderr.strip(), words)
        loci('eval', table, *self.model)  # says what it could not read, or goes on without it: it ends
        for name in ('catalogue.sqlite', 'model.safetensors', 'segments/00000001.seg'):
            path = self.db / name
            kept = path.rename(self.root / 'kept')
            os.mkfifo(path)
            try:
                self.assertNotEqual(loci('query', photo, '--db', self.db).returncode, 0, name)
            finally:
                path.unlink()
                kept.rename(path)
        self.assertEqual(loci('query', photo, '--db', self.db).returncode, 0)

    def test_links_lead_out_of_a_folder_on_request_only(self):
        town = self.root / 'links'
        town.mkdir()
        (town / 'out').symlink_to(self.photos)
        (town / 'proc').symlink_to('/proc')
        without = loci('index', town, '--db', self.root / 'l1', *self.model)
        self.assertNotIn('6 added', without.stdout + without.stderr)
        found = loci('index', town, '--db', self.root / 'l2', '--follow-links', *self.model)
        self.assertIn(f'{len(list(self.photos.iterdir()))} added', found.stdout + found.stderr)

    def test_a_blank_secret_starts_no_open_server(self):
        for token in ('', ' ', '\n'):
            refused = loci('serve', '--db', self.db, '--port', 0, env={'LOCI_TOKEN': token})
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn('LOCI_TOKEN', refused.stderr)


if __name__ == '__main__':
    unittest.main()
