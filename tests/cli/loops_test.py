#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Loop closure as a user has it: `loci loops`, its pose graph and its judgement. Usage: loops_test.py LOCI"""
import json
import pathlib
import shutil
import unittest

from program import InAFolder, lines, loci, sketch_town

PLACES = 24


class Loops(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        town = sketch_town(cls.root / 'town', places=PLACES, times=3, seed=5, width=160, height=120)
        # Two rounds past all places, one frame a second; the file names are the times.
        visits = {}
        for photo in (town / 'database').iterdir():
            visits.setdefault(photo.name.split('@')[7], []).append(photo)
        places = [sorted(photos, key=lambda p: p.name.split('@')[13]) for _, photos in sorted(visits.items())]
        assert [len(p) for p in places] == [2] * PLACES
        cls.drive = cls.root / 'drive'
        cls.drive.mkdir()
        cls.poses = []
        for round_ in range(2):
            for place, photos in enumerate(places):
                stamp = round_ * PLACES + place
                shutil.copy(photos[round_], cls.drive / f'{stamp:06}.500.jpg')
                cls.poses.append(f'{stamp + 0.5} {place * 10} 0 0 0 0 0 1')
        cls.trajectory = cls.root / 'poses.txt'
        cls.trajectory.write_text('# time x y z qx qy qz qw\n' + '\n'.join(cls.poses) + '\n')
        cls.options = ('--exclude-s', 12, '--min-confidence', 0, '--min-similarity', 0.3, '--consistency', 1)

    def test_a_second_round_is_found_judged_and_written(self):
        graph, page = self.root / 'graph.g2o', self.root / 'loops.html'
        *found, summary = lines('loops', self.drive, '--truth', self.trajectory, '--radius-m', 1, '--odometry',
                                self.trajectory, '-o', graph, '--html', page, *self.options)
        self.assertEqual(summary['frames'], 2 * PLACES)
        self.assertEqual(summary['loops'], len(found))
        self.assertEqual(summary['failed'], [])
        truth = summary['truth']
        self.assertEqual((truth['frames'], truth['answerable'], truth['given']), (2 * PLACES, PLACES, len(found)))
        right = [loop for loop in found if loop['frame'] - loop['match'] == PLACES]
        self.assertEqual(truth['right'], len(right))
        self.assertGreaterEqual(len(right), PLACES * 3 // 4)
        self.assertAlmostEqual(truth['recall'], len(right) / PLACES)
        self.assertAlmostEqual(truth['precision'], len(right) / len(found))
        self.assertEqual(len(truth['curve_recall']), len(truth['curve_precision']))
        for loop in found:
            self.assertGreaterEqual(loop['stamp_s'] - loop['match_stamp_s'], 12)
            self.assertTrue(loop['image'].endswith(f"{loop['frame']:06}.500.jpg"), loop)
            self.assertGreaterEqual(loop['similarity'], 0.3)
        for part in ('add_ms', 'describe_ms', 'search_ms'):
            self.assertLessEqual(summary[part]['p50'], summary[part]['p99'])
        text = graph.read_text().splitlines()
        vertices = [line for line in text if line.startswith('VERTEX_SE3:QUAT ')]
        edges = [tuple(map(int, line.split()[1:3])) for line in text if line.startswith('EDGE_SE3:QUAT ')]
        self.assertEqual(len(vertices), 2 * PLACES)
        self.assertEqual(edges[:2 * PLACES - 1], [(i, i + 1) for i in range(2 * PLACES - 1)])
        self.assertEqual(edges[2 * PLACES - 1:], [(loop['match'], loop['frame']) for loop in found])
        self.assertIn('Precision', page.read_text())

    def test_the_first_line_says_from_which_frame_on_there_can_be_loops(self):
        text = loci('loops', self.drive, *self.options, check=0).stdout.splitlines()[0]
        self.assertTrue(text.startswith('loops from frame 12 on: the last 12 s and 10 frames are no candidates'), text)
        self.assertIn('checked geometrically (points)', text)
        other = loci('loops', self.drive, '--model', 'bow-orb', '--num-words', 50, check=0).stdout.splitlines()[0]
        self.assertIn('not before some 100 more', other)

    def test_a_map_of_one_run_is_known_in_the_next(self):
        first, second, saved = self.root / 'first_round', self.root / 'second_round', self.root / 'robot.loops'
        for folder, frames in ((first, range(PLACES)), (second, range(PLACES, 2 * PLACES))):
            folder.mkdir()
            for number in frames:
                shutil.copy(self.drive / f'{number:06}.500.jpg', folder)
        self.assertEqual(len(lines('loops', first, '--save-map', saved, *self.options)), 1)
        page = self.root / 'map.html'
        *found, summary = lines('loops', second, '--load-map', saved, '--save-map', saved, '--html', page, *self.options)
        right = [loop for loop in found if loop['frame'] - loop['match'] == PLACES]
        self.assertGreaterEqual(len(right), PLACES * 3 // 4)
        self.assertEqual((right[0]['match_image'], right[0]['frame'] >= PLACES),
                         (str(first / f"{right[0]['match']:06}.500.jpg"), True))
        self.assertEqual(summary['kept_frames'], 2 * PLACES)
        self.assertIn('data:image/jpeg', page.read_text())
        other = loci('loops', second, '--load-map', saved, '--model', 'placenet', *self.options, check=2)
        self.assertIn("made with model 'default'", other.stderr)
        self.assertIn('--truth', loci('loops', second, '--load-map', saved, '--truth', self.trajectory, check=2).stderr)
        saved.write_bytes(saved.read_bytes()[:-9])
        loci('loops', second, '--load-map', saved, *self.options, check=1)

    def test_the_page_shows_pairs_and_the_way(self):
        page = self.root / 'way.html'
        lines('loops', self.drive, '--truth', self.trajectory, '--html', page, *self.options)
        text = page.read_text()
        for part in ('Pairs of frames', 'data:image/jpeg', '<polyline', 'The way'):
            self.assertIn(part, text)

    def test_other_descriptors_and_sequences_take_the_same_way(self):
        for model in ('bow-orb', 'bow-rootsift', 'rootsift-vlad'):
            summary = lines('loops', self.drive, '--model', model, '--num-words', 200, '--truth', self.trajectory,
                            *self.options)[-1]
            self.assertEqual(summary['model'], model)
            self.assertGreater(summary['truth']['average_precision'], 0.2, model)
        summary = lines('loops', self.drive, '--sequence', 5, '--truth', self.trajectory, *self.options)[-1]
        self.assertGreater(summary['truth']['average_precision'], 0.5)

    def test_a_check_of_the_geometry_says_what_fits(self):
        *found, summary = lines('loops', self.drive, *self.options)
        self.assertTrue(found)
        for loop in lines('loops', self.drive, '--no-verify', *self.options)[:-1]:
            self.assertNotIn('inliers', loop)
        for loop in found:
            self.assertGreater(loop['inliers'], 8)
            self.assertLessEqual(loop['inliers'], loop['matched'])
        self.assertGreater(summary['verify_ms']['p99'], 0)

    def test_memory_is_bounded(self):
        summary = lines('loops', self.drive, '--max-frames', 30, *self.options)[-1]
        self.assertEqual((summary['frames'], summary['kept_frames']), (2 * PLACES, 30))

    def test_frames_without_times_come_at_a_rate_and_may_be_thinned(self):
        plain = self.root / 'plain'
        plain.mkdir()
        for number, photo in enumerate(sorted(self.drive.iterdir())):
            shutil.copy(photo, plain / f'frame_{number:04}.jpg')
        *found, summary = lines('loops', plain, '--fps', 2, '--every', 1, '--exclude-s', 5, *self.options[2:])
        self.assertEqual(summary['frames'], PLACES)
        self.assertTrue(all(loop['image'][-5] in '02468' for loop in found))
        twice = lines('loops', plain, plain, '--fps', 10, *self.options)
        self.assertEqual(twice[-1]['frames'], 4 * PLACES)
        self.assertGreaterEqual(len(twice) - 1, PLACES, 'the second time all frames are known')

    def test_one_bad_frame_is_reported_and_the_others_go_on(self):
        broken = self.root / 'broken'
        shutil.copytree(self.drive, broken)
        (broken / '000003.500.jpg').write_bytes(b'no picture')
        result = loci('loops', broken, '--json', *self.options, check=0)
        summary = json.loads(result.stdout.splitlines()[-1])
        self.assertEqual(summary['frames'], 2 * PLACES - 1)
        self.assertEqual([pathlib.Path(name).name for name in summary['failed']], ['000003.500.jpg'])
        self.assertIn('000003.500.jpg', result.stderr)

    def test_wrong_use_is_refused_with_what_to_do(self):
        empty = self.root / 'empty'
        empty.mkdir()
        only_bad = self.root / 'only_bad'
        only_bad.mkdir()
        (only_bad / 'a.jpg').write_bytes(b'nothing')
        wrong = self.root / 'wrong.txt'
        wrong.write_text('1 2 3\n')
        elsewhere = self.root / 'elsewhere.txt'
        elsewhere.write_text('99999 0 0 0 0 0 0 1\n')
        for arguments, status, words in (
                ([empty], 2, 'no photographs'),
                ([self.root / 'nothing'], 1, 'nothing'),
                ([only_bad], 1, 'none of the frames'),
                ([self.drive, '--consistency', 0], 2, 'consistency'),
                ([self.drive, '--sequence', 0], 2, 'sequence'),
                ([self.drive, '--fps', 0], 2, 'fps'),
                ([self.drive, '--odometry', self.trajectory], 2, '-o'),
                ([self.drive, '--model', 'bow-orb', '--verify-features', 'rootsift'], 2, 'bow-orb'),
                ([self.drive, '--model', 'bow-surf'], 2, 'surf'),
                ([self.drive, '--truth', wrong], 1, 'line 1'),
                ([self.drive, '--truth', elsewhere], 2, 'none of the frames')):
            result = loci('loops', *arguments, check=status)
            self.assertIn(words, result.stderr, arguments)


if __name__ == '__main__':
    unittest.main(verbosity=1)
