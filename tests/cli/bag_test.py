#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Bags of ROS 1 and 2 as input of `loci index` and `loci loops`. Usage: bag_test.py LOCI"""
import unittest

from frames_of_a_town import FramesOfATown
from program import lines, loci
from write_bag import START, bag, fix, jpeg_image
from write_rosbag2 import fix as fix_2, jpeg_image as jpeg_image_2, odometry as odometry_2, write_rosbag2


class Bags(FramesOfATown):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.images = [(0, START + i / 2, jpeg_image(START + i / 2, jpeg)) for i, jpeg in enumerate(cls.jpegs)]
        fixes = [(1, START + i, fix(START + i, 48 + i / 1000, 2)) for i in range(6)]
        cls.bag = cls.root / 'drive.bag'
        cls.bag.write_bytes(bag([('/camera/image/compressed', 'CompressedImage'), ('/gps/fix', 'NavSatFix')], cls.images + fixes))

    def test_images_of_a_bag_are_indexed_with_their_positions_and_dates(self):
        db = self.root / 'drive.loci'
        first = lines('index', self.bag, '--db', db, '--every', 0.5)[-1]
        self.assertEqual((first['added'], first['failed']), (12, []))
        self.assertEqual(lines('index', self.bag, '--db', db, '--every', 0.5)[-1]['unchanged'], 12)
        match = lines('query', self.photos[7], '--db', db, '-k', 1)[0]['matches'][0]
        self.assertTrue(match['image'].endswith('/drive.loci.frames/drive.bag/drive.bag#t=3.50.jpg'), match)
        self.assertAlmostEqual(match['lat'], 48.0035, 6)
        self.assertAlmostEqual(match['lon'], 2, 6)
        self.assertEqual(match['taken'], '2017-07-14T02:40:03')
        other = loci('index', self.bag, '--db', db, '--every', 0.5, '--topic', '/gps/fix', check=2)
        self.assertIn('/camera/image/compressed', other.stderr)

    def test_loops_uses_the_clock_of_the_bag(self):
        truth = self.root / 'truth.txt'
        truth.write_text(''.join(f'{START + i / 2:.2f} {20 * i} 0 0 0 0 0 1\n' for i in range(12)))
        *_, summary = lines('loops', self.bag, '--truth', truth, '--exclude-s', 1)
        self.assertEqual((summary['frames'], summary['truth']['frames']), (12, 12))
        *found, _ = lines('loops', self.bag, self.bag, '--exclude-s', 10, '--exclude-frames', 1, '--min-confidence', 0,
                          '--min-similarity', 0.9, '--consistency', 1)
        self.assertEqual([(loop['match'], loop['frame']) for loop in found], [(i, i + 12) for i in range(12)])
        self.assertEqual(found[3]['match_stamp_s'], START + 1.5)
        self.assertTrue(found[3]['match_image'].endswith('drive.bag#t=1.50'), found[3])

    def refused(self, name, content, *words, code=1):
        path = self.root / name
        path.write_bytes(content)
        for verb in (('loops', path), ('index', path, '--db', self.root / 'bad.loci')):
            error = loci(*verb, check=code).stderr
            for word in (name, *words):
                self.assertIn(word, error)

    def test_bad_bags_are_refused_with_what_to_do(self):
        whole = self.bag.read_bytes()
        self.refused('empty.bag', b'', 'empty')
        self.refused('text.bag', b'this is no bag ' * 50, 'no bag')
        self.refused('two.db3', b'SQLite format 3\0' + bytes(100), 'ROS 2')
        self.refused('two.mcap', b'\x89MCAP0\r\n' + bytes(100), 'cut short')
        self.refused('old.bag', b'#ROSBAG V1.2\n' + bytes(100), 'older')
        self.refused('cut.bag', whole[:len(whole) // 2], 'rosbag reindex')
        self.refused('imu.bag', bag([('/imu', 'Imu')], [(0, START, bytes(40))]), 'without images', '/imu (sensor_msgs/Imu, 1 messages)')
        cameras = [('/left', 'CompressedImage'), ('/right', 'CompressedImage')]
        both = self.images[:2] + [(1, START, jpeg_image(START, self.jpegs[0]))]
        self.refused('stereo.bag', bag(cameras, both), '--topic', '/left (jpeg, 2 messages)', '/right (jpeg, 1 messages)', code=2)
        self.assertEqual(lines('loops', self.root / 'stereo.bag', '--topic', '/left')[-1]['frames'], 2)

    def test_an_image_that_is_damaged_is_named_and_the_others_are_read(self):
        path = self.root / 'damaged.bag'
        images = self.images[:1] + [(0, START + 1, jpeg_image(START + 1, b'no JPEG'))] + self.images[4:6]
        path.write_bytes(bag([('/camera', 'CompressedImage')], images))
        result = loci('index', path, '--db', self.root / 'damaged.loci', '--every', 0, check=0)
        self.assertIn('1 of 4 images', result.stderr)
        self.assertEqual(len(lines('loops', path)[-1]['failed']), 1)
        self.assertEqual(lines('loops', path)[-1]['frames'], 3)


    def test_a_recording_of_ros_2_is_read_with_its_positions_and_poses(self):
        images = [(0, START + i / 2, jpeg_image_2(START + i / 2, jpeg)) for i, jpeg in enumerate(self.jpegs)]
        others = [(1, START + i, fix_2(START + i, 48 + i / 10000, 2)) for i in range(6)]
        others += [(2, START + i / 2, odometry_2(START + i / 2, 20 * i, 0)) for i in range(12)]
        recording = self.root / 'drive2'
        write_rosbag2(recording, [('/camera/image/compressed', 'sensor_msgs/msg/CompressedImage'), ('/fix', 'sensor_msgs/msg/NavSatFix'),
                                  ('/odom', 'nav_msgs/msg/Odometry')], images + others)
        for path in (recording, recording / 'drive2_0.db3'):
            db = self.root / f'{path.name}.loci'
            report = lines('index', path, '--db', db, '--every', 0.5)[-1]
            self.assertEqual((report['added'], report['failed']), (12, []))
            match = lines('query', self.photos[7], '--db', db, '-k', 1)[0]['matches'][0]
            self.assertAlmostEqual(match['lat'], 48.00035, 6)
        self.assertEqual(lines('index', str(recording) + '/', '--db', self.root / 'drive2.loci', '--every', 0.5)[-1]['unchanged'], 12)
        graph = self.root / 'drive2.g2o'
        summary = lines('loops', recording, '--odometry', recording, '--truth', recording, '-o', graph)[-1]
        self.assertEqual((summary['frames'], summary['truth']['frames']), (12, 12))
        east = [float(line.split()[2]) for line in graph.read_text().splitlines() if line.startswith('VERTEX')]
        self.assertEqual(east, [20.0 * i for i in range(12)])
        wrong = loci('loops', recording, '--odometry', recording, '--pose-topic', '/nope', '-o', graph, check=2)
        self.assertIn('/odom (12 poses)', wrong.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=1)
