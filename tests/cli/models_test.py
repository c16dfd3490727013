#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Models made of other models: `loci project` and `loci join`. Usage: models_test.py LOCI"""
import struct
import unittest

from program import InAFolder, lines, loci, sketch_town
from start_model import write_start_model


def row(path):
    """The float32 values of an .npy file."""
    raw = path.read_bytes()
    begin = 10 + struct.unpack('<H', raw[8:10])[0]
    return struct.unpack(f'<{(len(raw) - begin) // 4}f', raw[begin:])


class ModelsTest(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        town = sketch_town(cls.root / 'town', places=8, times=2, seed=5, width=160, height=120)
        cls.photos, cls.photo = town / 'database', sorted((town / 'queries').iterdir())[0]
        write_start_model(cls.root / 'gem.safetensors')
        cls.start, cls.small = cls.root / 'start.safetensors', cls.root / 'small.safetensors'
        loci('import', cls.root / 'gem.safetensors', '--pooling', 'vlad', '--num-clusters', 4, '--init-from', cls.photos,
             '--calibration-images', 0, '-o', cls.start, check=0)
        cls.answer = lines('project', cls.start, cls.photos, '--dim', 5, '--max-images', 8, '--copies', 2, '-o', cls.small)

    def described(self, model):
        out = self.root / 'row.npy'
        loci('describe', self.photo, '--model', model, '--precision', 'fp32', '-o', out, check=0)
        return row(out)

    def test_a_projected_model_describes_with_fewer_dimensions(self):
        self.assertEqual(len(self.described(self.start)), 4 * 16)
        self.assertEqual(len(self.described(self.small)), 4 * 5)
        self.assertEqual(set(self.answer[0]), {'model', 'fingerprint', 'dim'})
        self.assertIn('"photos":8', loci('inspect', self.small, check=0).stdout.replace(' ', ''))

    def test_the_same_seed_gives_the_same_model_for_any_threads(self):
        again = lines('project', self.start, self.photos, '--dim', 5, '--max-images', 8, '--copies', 2, '--threads', 1, '-o',
                      self.root / 'again.safetensors')
        self.assertEqual(again[0]['fingerprint'], self.answer[0]['fingerprint'])

    def test_export_names_every_output_of_the_graph(self):
        out = self.root / 'gem.onnx'
        whole = lines('export', '--onnx', self.root / 'gem.safetensors', '-o', out)[0]
        self.assertEqual(whole['outputs'], [whole['output']])
        maps = lines('export', '--onnx', self.root / 'gem.safetensors', '--maps', '-o', out)[0]
        self.assertEqual(len(maps['outputs']), 1)
        self.assertNotEqual(maps['outputs'], whole['outputs'])

    def test_a_collection_keeps_as_few_numbers_as_it_was_asked_for(self):
        photos = sorted(sketch_town(self.root / 'more', places=24, times=2, seed=6, width=160, height=120).glob('*/*.jpg'))
        first, rest, db = photos[:40], photos[40:], self.root / 'short.loci'
        index = ('--db', db, '--dimensions', 12)
        said = loci('index', *first, *index, '--model', self.start, check=0)
        self.assertIn('keeps its full descriptors until', said.stderr)
        said = loci('index', *photos[:46], *index, check=0)
        self.assertIn('shortened to 12 numbers', said.stderr)
        # What comes later is described in the same way: a photo finds itself, and the new find each other.
        self.assertEqual(lines('index', *photos, *index)[0]['added'], len(rest) - 6)
        answer = lines('query', rest[-1], '--db', db, '-k', 1, '--no-verify')[0]
        self.assertEqual(len(answer['matches']), 1)
        out = self.root / 'row.npy'
        loci('describe', photos[0], '--model', db / 'model.safetensors', '-o', out, check=0)
        self.assertEqual(len(row(out)), 12)
        refused = loci('index', *photos, '--db', db, '--dimensions', 8, check=2)
        self.assertIn('shortened to 12 numbers, not 8', refused.stderr)
        loci('index', *photos, '--db', db, '--dimensions', 8, '--relearn', check=0)
        loci('describe', photos[0], '--model', db / 'model.safetensors', '-o', out, check=0)
        self.assertEqual(len(row(out)), 8)
        self.assertIn('verified', loci('index', *photos, '--db', db, '--verify', check=0).stderr)
        shard = loci('index', *photos, '--db', self.root / 's.loci', '--shard', '0/2', '--dimensions', 8, check=2)
        self.assertIn('none could be merged', shard.stderr)

    def test_eval_measures_what_fewer_numbers_cost(self):
        town = sketch_town(self.root / 'measured', places=24, times=2, seed=7, width=160, height=120)
        dims = [lines('eval', town, '--model', self.start, '--dimensions', d)[0]['dim'] for d in ('auto', 2)]
        self.assertEqual(dims, [64, 2])

    def test_project_says_what_is_wrong(self):
        out = self.root / 'x.safetensors'
        for words, message in (((self.small, self.photos), "has an operator 'projection_norm' already"),
                               ((self.root / 'gem.safetensors', self.photos), 'pools by gem'),
                               (('rootsift-vlad', self.photos), 'rootsift'),
                               ((self.start, self.photos, '--dim', 17), 'dim is 17: expected 1 to 16'),
                               ((self.start, self.photos, '--copies', 0), 'copies is 0')):
            done = loci('project', *words, '-o', out)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(message, done.stderr)
        self.assertFalse(out.exists())

    def test_a_joined_model_weighs_its_branches(self):
        both = self.root / 'both.safetensors'
        answer = lines('join', '--branch', f'scene=3:{self.start}', '--branch', f'detail=1:{self.small}', '-o', both, '--name', 'both',
                       '--own-centers')
        self.assertEqual(answer[0]['branches'], ['scene', 'detail'])
        text = loci('inspect', both, check=0).stdout
        self.assertIn('"name":"both"', text)
        self.assertIn('"own_centers":true', text)
        joined, scene, detail = self.described(both), self.described(self.start), self.described(self.small)
        expected = [0.75 ** 0.5 * x for x in scene] + [0.25 ** 0.5 * x for x in detail]
        self.assertEqual(len(joined), len(expected))
        for found, wanted in zip(joined, expected):
            self.assertAlmostEqual(found, wanted, places=5)

    def test_a_head_pools_another_map_of_a_branchs_network(self):
        two = self.root / 'two.safetensors'
        words = ('join', '--branch', f'scene=2:{self.small}', '--head', 'raw=1:scene/local_features', '-o', two)
        self.assertIn('--init-from', loci(*words, check=2).stderr)
        loci(*words, '--pooling', 'vlad', '--num-clusters', 3, '--init-from', self.photos, '--calibration-images', 0, check=0)
        self.assertEqual(len(self.described(two)), 3 * 5 + 3 * 16)

    def test_join_names_the_branch_that_is_wrong(self):
        out = self.root / 'x.safetensors'
        loci('join', '--branch', f'one=1:{self.start}', '-o', self.root / 'joined', check=0)
        for branches, message in ((['scene'], 'expected NAME=WEIGHT:FILE'),
                                  ([f'scene=:{self.start}'], "branch 'scene': the weight is ''"),
                                  ([f'scene=0:{self.start}'], "branch 'scene': the weight is '0'"),
                                  ([f'scene=1:{self.root / "none"}'], "branch 'scene'"),
                                  ([f'a b=1:{self.start}'], "'a b'"),
                                  ([f'scene=1:{self.start}', f'scene=1:{self.small}'], "the name 'scene' is there twice"),
                                  ([f'scene=1:{self.root / "joined"}'], "branch 'scene': its model has branches")):
            done = loci('join', *(word for branch in branches for word in ('--branch', branch)), '-o', out)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(message, done.stderr)
        self.assertFalse(out.exists())


if __name__ == '__main__':
    unittest.main()
