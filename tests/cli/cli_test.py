#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the program as a user does and holds it to the contract of docs/cli.md. Usage: cli_test.py LOCI"""
import json
import pathlib
import re
import shutil
import subprocess
import unittest

from program import InAFolder, loci, sketch_town


class CliTest(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sketch_town(cls.root / 'town', places=12, times=3, seed=5, width=240, height=180)
        cls.db = cls.root / 'db'
        cls.report = json.loads(loci('index', cls.root / 'town/database', '--db', cls.db, '--model', 'rootsift-vlad', '--num-clusters', 16, '--json',
                                     check=0).stdout)

    def photos(self, part):
        return sorted((self.root / 'town' / part).iterdir())

    def test_index_counts_and_second_run_changes_nothing(self):
        self.assertEqual(self.report['added'], len(self.photos('database')))
        self.assertEqual(self.report['failed'], [])
        again = json.loads(loci('index', self.root / 'town/database', '--db', self.db, '--json', check=0).stdout)
        self.assertEqual((again['added'], again['unchanged']), (0, self.report['total']))

    def test_without_a_model_named_the_built_in_one_describes(self):
        built_in = self.root / 'built-in'
        loci('index', self.root / 'town/database', '--db', built_in, check=0)
        self.assertIn('"default"', loci('inspect', built_in / 'model.safetensors', check=0).stdout)
        again = json.loads(loci('index', self.root / 'town/database', '--db', built_in, '--model', 'default', '--json', check=0).stdout)
        self.assertEqual(again['added'], 0)
        refused = loci('index', self.root / 'town/database', '--db', self.root / 'y', '--num-clusters', 8, check=2).stderr
        self.assertIn('give --model rootsift-vlad', refused)
        answer = json.loads(loci('query', self.photos('queries')[0], '--db', built_in, '--json', check=0).stdout)
        self.assertGreater(len(answer['matches']), 0)

    def test_queries_used_as_a_set_are_a_row_of_their_own(self):
        result = loci('eval', self.root / 'town', '--model', 'rootsift-vlad', '--num-clusters', 16, '--condition-adapt', '--json')
        one, together = (json.loads(line) for line in result.stdout.splitlines())
        self.assertEqual((one['as_sets'], together['as_sets']), (False, True))
        self.assertEqual((one['queries'], one['fingerprint']), (together['queries'], together['fingerprint']))
        gain = together['gain']['1'][0]
        self.assertAlmostEqual(gain, together['recall']['1'] - one['recall']['1'], 9)
        only = loci('eval', self.root / 'town', '--model', 'rootsift-vlad', '--num-clusters', 16, '--json').stdout.splitlines()
        self.assertEqual([json.loads(line)['recall'] for line in only], [one['recall']])

    def test_query_answers_a_line_per_query_with_the_same_place_first(self):
        result = loci('query', self.root / 'town/queries', '--db', self.db, '-k', 3, '--json', check=0)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        queries = self.photos('queries')
        self.assertEqual([pathlib.Path(line['query']).name for line in lines], [q.name for q in queries])
        right = 0
        for line in lines:
            self.assertEqual(len(line['matches']), 3)
            self.assertEqual(set(line['matches'][0]) - {'matched', 'inliers', 'verified'}, {'image', 'score', 'lat', 'lon', 'taken'})
            # Only where scores leave it open is the geometry looked at.
            self.assertIn(line['verdict'], ('known', 'probably', 'unknown'))
            self.assertTrue('inliers' in line['matches'][0] or line['verdict'] == 'known')
            self.assertIn('location', line)
            place = pathlib.Path(line['query']).name.split('@')[7]
            right += pathlib.Path(line['matches'][0]['image']).name.split('@')[7] == place
        self.assertGreaterEqual(right, len(lines) * 0.7)

    def test_shards_merge_into_the_collection_that_one_run_makes(self):
        model = self.db / 'model.safetensors'
        shards = [self.root / f'shard{i}' for i in range(3)]
        for i, shard in enumerate(shards):
            report = json.loads(loci('index', self.root / 'town/database', '--db', shard, '--model', model, '--shard', f'{i}/3',
                                     '--json', check=0).stdout)
            self.assertLess(report['total'], self.report['total'])
        merged = self.root / 'merged'
        report = json.loads(loci('merge', *shards, '--db', merged, '--json', check=0).stdout)
        self.assertEqual(report['total'], self.report['total'])
        self.assertEqual(report['added'], self.report['total'])
        again = json.loads(loci('merge', *shards, '--db', merged, '--json', check=0).stdout)
        self.assertEqual((again['added'], again['unchanged']), (0, self.report['total']))
        query = self.photos('queries')[0]
        one, other = (json.loads(loci('query', query, '--db', db, '-k', 5, '--json', check=0).stdout)['matches']
                      for db in (self.db, merged))
        self.assertEqual([m['image'] for m in one], [m['image'] for m in other])
        self.assertEqual(loci('index', self.root / 'town/database', '--db', shards[0], '--shard', '3/3').returncode, 2)
        own = self.root / 'own_model'
        loci('index', self.root / 'town/queries', '--db', own, '--model', 'rootsift-vlad', '--num-clusters', 8, check=0)
        refused = loci('merge', own, '--db', merged)
        self.assertEqual(refused.returncode, 2)
        self.assertIn('descriptors of different models cannot be compared', refused.stderr)

    def test_eval_prints_the_contract(self):
        result = loci('eval', self.root / 'town', '--model', 'rootsift-vlad', '--num-clusters', 16, '--html',
                      self.root / 'eval.html', '--json', check=0)
        line = json.loads(result.stdout)
        for key in ('model', 'dataset', 'queries', 'database', 'recall', 'recall_answerable', 'ci95'):
            self.assertIn(key, line)
        self.assertEqual(set(line['recall']), {'1', '5', '10', '20'})
        self.assertGreaterEqual(line['recall']['1'], 0.7)
        page = (self.root / 'eval.html').read_text()
        self.assertIn('<svg', page)
        self.assertNotIn('http://', page.replace('http://www.w3.org/', ''))

    def test_describe_writes_one_row_an_argument(self):
        photos = self.photos('queries')[:3]
        broken = self.root / 'broken.jpg'
        broken.write_text('no picture')
        result = loci('describe', *photos, broken, '--model', self.db / 'model.safetensors', '-o', self.root / 'd.npy', '--json')
        self.assertEqual(result.returncode, 1)
        line = json.loads(result.stdout)
        self.assertEqual((line['images'], len(line['failed'])), (4, 1))
        header = (self.root / 'd.npy').read_bytes()[:128].decode('latin1')
        self.assertIn(f"(4, {line['dim']})", header)

    def test_one_bad_photo_does_not_stop_the_others(self):
        mixed = self.root / 'mixed'
        mixed.mkdir()
        for i, photo in enumerate(self.photos('database')[:20]):
            (mixed / f'{i} with "quote" and \n newline.jpg').write_bytes(photo.read_bytes())
        (mixed / 'empty.jpg').write_bytes(b'')
        (mixed / 'text.jpg').write_text('hello')
        (mixed / 'cut.jpg').write_bytes(self.photos('database')[0].read_bytes()[:900])
        (mixed / 'loop').symlink_to('.')
        report = json.loads(loci('index', mixed, '--db', self.root / 'mixed-db', '--json', check=0).stdout)
        self.assertEqual((report['added'], len(report['failed'])), (20, 3))

    def test_cutouts_names_what_it_could_not_cut(self):
        panoramas = self.root / 'panoramas'
        panoramas.mkdir()
        (panoramas / 'text.jpg').write_text('hello')
        (panoramas / 'photo.jpg').write_bytes(self.photos('database')[0].read_bytes())
        out = self.root / 'views'
        result = loci('cutouts', panoramas, '-o', out, '--json', check=1)
        line = json.loads(result.stdout)
        self.assertEqual((line['panoramas'], line['views'], len(line['failed'])), (0, 0, 2))
        self.assertIn('240 x 180', line['failed'][0]['error'])
        self.assertIn('twice as wide as high', line['failed'][0]['error'])
        loci('cutouts', panoramas, check=2)
        loci('cutouts', panoramas, '-o', out, '--fov-deg', 200, check=2)

    def test_inspect_shows_the_model_of_a_collection(self):
        text = loci('inspect', self.db / 'model.safetensors', '--verify', check=0).stdout
        self.assertIn('pooling.centers', text)
        loci('inspect', self.db / 'model.safetensors', '--json', check=0)

    def test_usage_errors_exit_2_and_failures_exit_1(self):
        loci('query', check=2)
        loci('index', self.root / 'nowhere', '--db', self.root / 'x', check=1)
        loci('query', self.photos('queries')[0], '--db', self.root / 'nowhere', check=1)
        loci('query', self.photos('queries')[0], '--db', self.db, '-k', 0, check=2)
        message = loci('index', self.root / 'town/database', '--db', self.db, '--model', self.root / 'none', check=1).stderr
        self.assertIn('none', message)

    def test_doctor_finds_nothing_in_a_healthy_set_and_exits_1_on_errors(self):
        healthy = json.loads(loci('doctor', self.root / 'town', '--json', check=0).stdout)
        self.assertEqual(healthy['findings'], [])
        self.assertEqual(healthy['photos'], 36)
        sick = self.root / 'sick'
        shutil.copytree(self.root / 'town', sick)
        broken = sorted((sick / 'database').iterdir())[3]
        broken.write_bytes(broken.read_bytes()[:2000])
        result = loci('doctor', sick, '--html', self.root / 'sick.html', '--json')
        self.assertEqual(result.returncode, 1)
        (finding,) = json.loads(result.stdout)['findings']
        self.assertEqual((finding['check'], finding['severity'], finding['where']), ('broken', 'error', [str(broken)]))
        self.assertTrue(finding['what'] and finding['cost'] and finding['remedy'])
        page = (self.root / 'sick.html').read_text()
        self.assertIn(finding['what'], page)
        self.assertNotIn('http://', page.replace('http://www.w3.org/', ''))
        loci('doctor', self.root / 'nowhere', check=1)
        loci('doctor', check=2)

    def test_doctor_sees_that_two_sets_overlap(self):
        part = self.root / 'part'
        shutil.copytree(self.root / 'town', part)
        result = loci('doctor', self.root / 'town', part, '--quick', '--json')
        self.assertEqual({f['check'] for f in json.loads(result.stdout)['findings']}, {'parts_share_copies', 'parts_overlap'})

    def test_every_finding_of_the_doctor_has_its_line_in_the_docs(self):
        root = pathlib.Path(__file__).parents[2]
        names = re.findall(r'\{"(\w+)",\s*k(?:Error|Warning|Note)', (root / 'src/eval/doctor_checks.cc').read_text())
        page = (root / 'docs/doctor.md').read_text()
        self.assertGreater(len(names), 20)
        self.assertEqual([name for name in names if f'| `{name}` |' not in page], [])

    def test_every_verb_teaches(self):
        for verb in ('index', 'merge', 'query', 'pairs', 'describe', 'eval', 'inspect', 'import', 'export', 'bench', 'doctor', 'split',
                     'simulate', 'train', 'distill', 'project', 'join', 'cutouts', 'completion'):
            self.assertIn('Examples:', loci(verb, '--help', check=0).stdout)

    def test_bash_completion_is_valid_and_knows_the_verbs(self):
        script = loci('completion', 'bash', check=0).stdout
        probe = script + '\nCOMP_WORDS=(loci que); COMP_CWORD=1; _loci; echo "${COMPREPLY[@]}"'
        done = subprocess.run(['bash', '-c', probe], capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), 'query', done.stderr)

    def test_threads_is_one_flag_of_every_verb(self):
        for verb in ('index', 'query', 'describe', 'eval'):
            text = loci(verb, '--help', check=0).stdout
            self.assertIn('--threads', text)
            self.assertNotIn('--num-threads', text)

    def test_a_photograph_of_the_collection_asks_for_the_others(self):
        photo = self.photos('database')[0]
        line = json.loads(loci('query', photo, '--db', self.db, '-k', 4, '--json', check=0).stdout)
        self.assertEqual(len(line['matches']), 4)
        self.assertNotIn(str(photo), [match['image'] for match in line['matches']])

    def test_split_writes_parts_that_eval_reads(self):
        out = self.root / 'parts'
        words = ('split', self.root / 'town', '-o', out, '--train', 0.5, '--val', 0.25, '--test', 0.25, '--seed', 3, '--json')
        line = json.loads(loci(*words, check=0).stdout)
        self.assertEqual(line['method'], 'positions')
        counts = [line['parts'][part]['images'] for part in ('train', 'val', 'test')]
        self.assertEqual(sum(counts) + line['dropped'], len(self.photos('database')) + len(self.photos('queries')))
        first = (out / 'places.csv').read_text()
        loci(*words, check=0)
        self.assertEqual((out / 'places.csv').read_text(), first)
        result = json.loads(loci('eval', out, '--split', 'train', '--model', 'rootsift-vlad', '--num-clusters', 8, '--json',
                                 check=0).stdout)
        self.assertEqual((result['queries'], result['database']),
                         (line['parts']['train']['queries'], line['parts']['train']['database']))
        message = loci('eval', out, '--split', 'holiday', '--model', 'rootsift-vlad', check=2).stderr
        self.assertIn('it has: test, train, val', message)
        loci('split', self.root / 'town', '-o', self.root / 'x', '--train', -1, check=2)

    def test_absent_images_are_left_out_only_on_request(self):
        photos = self.photos('database')[:30]
        table = self.root / 'absent.csv'
        rows = ''.join(f'"{photo}";{photo.name.split("@")[7]}\r\n' for photo in photos)
        table.write_text('path;place\r\n' + rows + 'gone.jpg;x\r\n', newline='')
        words = ('eval', table, '--model', 'rootsift-vlad', '--num-clusters', 8, '--json')
        self.assertIn('gone.jpg', loci(*words, check=1).stderr)
        line = json.loads(loci(*words, '--skip-missing', check=0).stdout)
        self.assertEqual((line['missing'], line['queries']), (['gone.jpg'], len(photos)))

    def test_a_sequence_with_poses_leaves_its_neighbours_out(self):
        drive = self.root / 'drive'
        (drive / 'image_0').mkdir(parents=True)
        photos = self.photos('database')
        poses = ''
        for i in range(20):
            (drive / 'image_0' / f'{i:06d}.jpg').write_bytes(photos[i % 10].read_bytes())
            poses += f'1 0 0 {10 * (i % 10)} 0 1 0 0 0 0 1 0\n'
        (drive / 'poses.txt').write_text(poses)
        line = json.loads(loci('eval', drive, '--min-frame-gap', 5, '--model', 'rootsift-vlad', '--num-clusters', 8,
                               '--json', check=0).stdout)
        self.assertIn('at least 5 frames away', line['rule'])
        self.assertEqual(line['recall']['1'], 1)  # the same photograph ten frames later

    def test_bench_search_reports_ratios(self):
        line = json.loads(loci('bench', 'search', '--rows', 2000, '--dim', 128, '--queries', 50, '--repeats', 1, '--kinds', 'flat,flat-i8', '--json', check=0).stdout)
        self.assertEqual(line['rows'], 2000)


if __name__ == '__main__':
    unittest.main(verbosity=1)
