#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The program among the files and the habits of real people. Usage: field_test.py LOCI"""
import json
import os
import shutil
import subprocess
import unittest

import program
from program import WithACollection, lines, loci, sketch_town


class Outputs(WithACollection):
    def test_no_output_replaces_what_is_a_users(self):
        photo = self.root / 'photo.jpg'
        shutil.copy(self.database / self.names[0], photo)
        before = photo.read_bytes()
        page = self.root / 'mine.html'
        page.write_text('<!doctype html>my own')
        for words in (('query', photo, '--db', self.db, '--html', photo), ('query', photo, '--db', self.db, '--html', page),
                      ('describe', '-o', photo, self.database / self.names[1]), ('export', '--db', self.db, '--geojson', page)):
            refused = loci(*words, check=2)
            self.assertIn('--force', refused.stderr)
        self.assertEqual(photo.read_bytes(), before)
        loci('query', photo, '--db', self.db, '--html', page, '--force', check=0)
        loci('query', photo, '--db', self.db, '--html', page, check=0)  # now it is ours
        self.assertIn('Made by loci', page.read_text())

    def test_links_pipes_and_standard_output_are_written_to_as_they_are(self):
        target, link, pipe = self.root / 'target.geojson', self.root / 'link.geojson', self.root / 'pipe'
        loci('export', '--db', self.db, '--geojson', target, check=0)
        whole = target.read_text()
        target.write_text('')
        link.symlink_to(target.name)
        loci('export', '--db', self.db, '--geojson', link, check=0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), whole)
        os.mkfifo(pipe)
        reader = subprocess.Popen(['cat', pipe], stdout=subprocess.PIPE, text=True)
        loci('export', '--db', self.db, '--geojson', pipe, check=0)
        self.assertEqual(reader.communicate()[0], whole)
        self.assertTrue(pipe.is_fifo())
        self.assertEqual(loci('export', '--db', self.db, '--geojson', '/dev/stdout', check=0).stdout, whole)

    def test_a_table_of_somebody_survives_split(self):
        town = self.root / 'set'
        shutil.copytree(self.database.parent, town)
        names = [f'database/{name}' for name in self.names]
        table = 'path,place,my_note\n' + ''.join(f'{name},{i // 2},dear {i}\n' for i, name in enumerate(names))
        (town / 'places.csv').write_text(table)
        loci('split', town, '-o', town, check=2)
        self.assertEqual((town / 'places.csv').read_text(), table)
        loci('split', town, '-o', self.root / 'parts', check=0)
        loci('split', town, '-o', self.root / 'parts', check=0)  # over its own

    def test_cutouts_of_another_panorama_get_names_of_their_own(self):
        for folder, seed in (('x', 1), ('y', 2)):
            (self.root / folder).mkdir()
            loci('simulate', self.root / f'{folder}.town', '--sketch', '--places', 1, '--times', 2, '--width', 200,
                 '--height', 100, '--seed', seed, check=0)
            shutil.copy(next((self.root / f'{folder}.town' / 'database').iterdir()), self.root / folder / 'pano.jpg')
        words = ('-o', self.root / 'views', '--yaws', 1, '--pitches-deg', 0, '--width', 64, '--height', 48)
        for folder in ('x', 'y', 'x'):
            loci('cutouts', self.root / folder / 'pano.jpg', *words, check=0)
        views = list((self.root / 'views').glob('*.jpg'))
        self.assertEqual(len(views), 2, views)

    def test_what_is_wrong_with_the_outputs_is_found_before_the_work(self):
        nowhere = self.root / 'no/such/out'
        for words in (('loops', self.database, '-o', nowhere), ('describe', self.database, '-o', nowhere),
                      ('loops', self.database, '--truth', self.root / 'typo.txt', '-o', self.root / 'l.g2o'),
                      ('eval', self.database.parent, '--model', 'rootsift-vlad', '--model', 'typo')):
            failed = loci(*words)
            self.assertEqual(failed.returncode, 1, words)
            self.assertNotIn('describing', failed.stderr)
        full = self.root / 'full'
        full.mkdir()
        (full / 'file').write_text('x')
        self.assertEqual(loci('group', '--db', self.db, '--links', full).returncode, 2)


class Statuses(WithACollection):
    def test_a_failed_write_to_standard_output_is_exit_1(self):
        with open('/dev/full', 'w') as full:
            for words in (('query', self.database / self.names[0], '--db', self.db, '--json'), ('--help',), ('--version',),
                          ('export', '--db', self.db, '--geojson', self.root / 'a.geojson', '--json'), ('completion', 'bash'),
                          ('query', '--help'), ('inspect', self.db / 'model.safetensors')):
                done = subprocess.run([program.LOCI, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 1, words)
                self.assertIn('standard output', done.stderr)
        closed = subprocess.run(f'"{program.LOCI}" --version >&-', shell=True, stderr=subprocess.DEVNULL)
        self.assertEqual(closed.returncode, 1)
        head = subprocess.run(f'"{program.LOCI}" --help | head -1', shell=True, stdout=subprocess.PIPE, text=True)
        self.assertTrue(head.stdout)

    def test_index_fails_where_what_was_named_fails(self):
        failed = loci('index', self.root / 'not mounted', '--db', self.db, '--json', check=1)
        self.assertEqual(len(json.loads(failed.stdout)['failed']), 1)
        both = lines('index', self.root / 'not mounted', self.database, '--db', self.db, check=1)[-1]
        self.assertEqual(both['unchanged'], len(self.names))
        broken = self.root / 'some'
        broken.mkdir()
        (broken / 'broken.jpg').write_text('hello')
        shutil.copy(self.database / self.names[0], broken / 'good.jpg')
        loci('index', broken, '--db', self.root / 'some.loci', '--model', 'rootsift-vlad', '--num-clusters', 2, check=0)

    def test_one_missing_path_stops_no_other(self):
        good = self.database / self.names[0]
        answers = lines('query', self.root / 'gone.jpg', good, '--db', self.db, check=1)
        self.assertEqual(len(answers), 2)
        self.assertTrue(answers[1]['matches'])
        loci('describe', self.root / 'gone.jpg', good, '-o', self.root / 'two.npy', check=1)
        self.assertTrue((self.root / 'two.npy').exists())
        broken = self.root / 'cut.mp4'
        broken.write_text('no video')
        report = lines('index', broken, self.database, '--db', self.db, check=1)[-1]
        self.assertEqual(report['unchanged'], len(self.names))
        self.assertEqual([each['image'] for each in report['failed']], [str(broken)])

    def test_another_model_than_the_collections_is_refused(self):
        refused = loci('index', self.database, '--db', self.db, '--num-clusters', 8)
        self.assertEqual(refused.returncode, 2)
        photo = self.database / self.names[0]
        self.assertIn('is a picture', loci('describe', photo, '--model', photo, check=2).stderr)

    def test_words_that_are_nearly_right_are_understood(self):
        self.assertIn("did you mean 'index'", loci('inex', 'a', check=2).stderr)
        self.assertIn("did you mean '--db'", loci('index', 'a', '--bd', 'x', check=2).stderr)
        self.assertIn('First steps', loci(check=0).stdout)
        self.assertIn('--html', loci('help', 'query', check=0).stdout)
        self.assertIn('loci ', loci('version', check=0).stdout)
        for words in (('query', 'a', '--db', self.db, '--threads', '-1'), ('query', 'a', '--db', self.db, '--index', 'nope')):
            loci(*words, check=2)

    def test_remove_forgets_what_is_named(self):
        town = sketch_town(self.root / 'gone town', places=2, times=2, seed=9, width=160, height=120)
        db = self.root / 'gone.loci'
        loci('index', town / 'database', '--db', db, '--model', 'rootsift-vlad', '--num-clusters', 2, check=0)
        photos = sorted((town / 'database').iterdir())
        self.assertEqual(lines('remove', photos[0], '--db', db)[-1], {'removed': 1, 'unknown': 0, 'total': 1})
        shutil.rmtree(town)
        self.assertEqual(lines('remove', '--missing', '--db', db)[-1], {'removed': 1, 'unknown': 0, 'total': 0})
        loci('remove', photos[0], '--db', db, check=1)


class Figures(WithACollection):
    def test_images_that_cannot_be_read_neither_find_nor_are_found(self):
        town = self.root / 'broken town'
        for side in ('database', 'queries'):
            (town / side).mkdir(parents=True)
        for i, name in enumerate(self.names[:12:2]):
            # Each place (two photos of the collection) has a good photo on one side and an empty file on the other.
            good, empty = ('database', 'queries') if i % 2 else ('queries', 'database')
            shutil.copy(self.database / name, town / good / name)
            (town / empty / name).write_bytes(b'')
        result = lines('eval', town, '--model', 'rootsift-vlad', '--num-clusters', 4, '--n', '1,5')[-1]
        self.assertEqual(result['recall_all'], {'1': 0, '5': 0})
        self.assertEqual(result['failed'], 6)

    def test_frames_come_in_the_order_of_their_numbers_and_times(self):
        frames = self.root / 'frames'
        frames.mkdir()
        for i in range(1, 13):
            shutil.copy(self.database / self.names[i - 1], frames / f'frame_{i}.jpg')
        (self.root / 'poses.csv').write_text('path,east_m,north_m\n' + ''.join(f'frame_{i}.jpg,{i},0\n' for i in range(1, 13)))
        graph = self.root / 'order.g2o'
        loci('loops', frames, '--model', 'rootsift-vlad', '--odometry', self.root / 'poses.csv', '-o', graph,
             check=0)
        east = [float(line.split()[2]) for line in graph.read_text().splitlines() if line.startswith('VERTEX')]
        self.assertEqual(east, list(range(1, 13)))
        stamps = self.root / 'stamps'
        stamps.mkdir()
        for i in range(12):
            shutil.copy(self.database / self.names[i], stamps / f'{1403636579763555584 + i * 50_000_000}.jpg')
        (self.root / 'tum.txt').write_text(''.join(f'{1403636579.763555584 + i * 0.05:.9f} {i} 0 0 0 0 0 1\n' for i in range(12)))
        loci('loops', stamps, '--model', 'rootsift-vlad', '--odometry', self.root / 'tum.txt', '-o', graph,
             check=0)
        self.assertEqual(sum(line.startswith('VERTEX') for line in graph.read_text().splitlines()), 12)


if __name__ == '__main__':
    unittest.main()
