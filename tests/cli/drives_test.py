#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Drives of public data sets, in the folders that their archives unpack to, with drawn frames. Usage: drives_test.py LOCI"""
import datetime
import json
import math
import shutil
import unittest

from program import InAFolder, loci, sketch_town

PLACES = 6
FRAMES = 2 * PLACES  # two rounds past the same places
RATE = 2  # frames a second


class Drives(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        town = sketch_town(cls.root / 'town', places=PLACES, times=3, seed=5, width=160, height=120)
        visits = {}
        for photo in sorted((town / 'database').iterdir()):
            visits.setdefault(photo.name.split('@')[7], []).append(photo)
        places = list(visits.values())
        cls.photos = [places[i % PLACES][i // PLACES] for i in range(FRAMES)]

    def frames(self, folder, name, others=()):
        """Frames of the drive in `folder`, named by name(i), and pictures that are no frames of it in `others`."""
        for each in (folder, *others):
            (self.root / each).mkdir(parents=True)
        for i, photo in enumerate(self.photos):
            shutil.copy(photo, self.root / folder / name(i))
            for each in others:
                shutil.copy(self.photos[0], self.root / each / name(i))

    def text(self, name, lines):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(''.join(f'{line}\n' for line in lines))

    @staticmethod
    def east(i):
        return 20.0 * (i % PLACES)

    def expect_drive(self, folder, kind, *options):
        """All frames come in their order with their poses, and every frame of the second round is answerable."""
        result = loci('loops', self.root / folder, '--model', 'rootsift-vlad', '--exclude-s', 1, '--exclude-frames', 2,
                      '--radius-m', 5, '--json', *options, check=0)
        summary = json.loads(result.stdout.splitlines()[-1])
        first = result.stderr.splitlines()[0]
        self.assertIn(f'recognised {kind}: {FRAMES} frames of', first)
        self.assertIn(', times of ', first)
        self.assertIn(', true poses of ', first)
        self.assertEqual((summary['recognised'], summary['frames'], summary['failed']), ([kind], FRAMES, []))
        self.assertEqual((summary['truth']['frames'], summary['truth']['answerable']), (FRAMES, PLACES), result.stderr)
        return first

    def test_euroc(self):
        stamp = lambda i: 1403636579763555584 + i * 10**9 // RATE
        mav = 'MH_01_easy/mav0'
        self.frames(f'{mav}/cam0/data', lambda i: f'{stamp(i)}.png', [f'{mav}/cam1/data'])
        for camera in ('cam0', 'cam1'):
            self.text(f'{mav}/{camera}/data.csv',
                      ['#timestamp [ns],filename\r'] + [f'{stamp(i)},{stamp(i)}.png\r' for i in range(FRAMES)])
            self.text(f'{mav}/{camera}/sensor.yaml', ['sensor_type: camera', 'T_BS:', '  cols: 4', '  rows: 4',
                      '  data: [0.0, -1.0, 0.0, -0.02, 1.0, 0.0, 0.0, -0.06, 0.0, 0.0, 1.0, 0.01, 0.0, 0.0, 0.0, 1.0]'])
        self.text(f'{mav}/state_groundtruth_estimate0/data.csv',
                  ['#timestamp, p_RS_R_x [m], p_RS_R_y [m], p_RS_R_z [m], q_RS_w [], q_RS_x [], q_RS_y [], q_RS_z [], '
                   'v_RS_R_x [m s^-1], v_RS_R_y [m s^-1], v_RS_R_z [m s^-1], b_w_RS_S_x [rad s^-1], '
                   'b_w_RS_S_y [rad s^-1], b_w_RS_S_z [rad s^-1], b_a_RS_S_x [m s^-2], b_a_RS_S_y [m s^-2], '
                   'b_a_RS_S_z [m s^-2]'] +
                  [f'{stamp(i) + 1000},{self.east(i)},0,0,1,0,0,0,0,0,0,0,0,0,0,0,0' for i in range(FRAMES)])
        self.expect_drive('MH_01_easy', 'EuRoC')
        self.assertIn('cam1', self.expect_drive(f'{mav}/cam1', 'EuRoC'))

    def test_tum(self):
        stamp = lambda i: f'{1305031102.175304 + i / RATE:.6f}'
        drive = 'rgbd_dataset_freiburg1_room'
        self.frames(f'{drive}/rgb', lambda i: f'{stamp(i)}.png', [f'{drive}/depth'])
        head = ['# color images', "# file: 'rgbd_dataset_freiburg1_room.bag'", '# timestamp filename']
        self.text(f'{drive}/rgb.txt', head + [f'{stamp(i)} rgb/{stamp(i)}.png' for i in range(FRAMES)])
        self.text(f'{drive}/groundtruth.txt', ['# timestamp tx ty tz qx qy qz qw'] +
                  [f'{stamp(i)} {self.east(i)} 0 0 0 0 0 1' for i in range(FRAMES)])
        self.expect_drive(drive, 'TUM RGB-D')

    def test_kitti_odometry(self):
        sequence = 'dataset/sequences/07'
        self.frames(f'{sequence}/image_2', lambda i: f'{i:06}.png', [f'{sequence}/image_3'])
        self.text(f'{sequence}/times.txt', [f'{i / RATE:e}' for i in range(FRAMES)])
        self.text(f'{sequence}/calib.txt', ['P0: 1 0 0 0 0 1 0 0 0 0 1 0'])
        self.text('dataset/poses/07.txt', [f'1 0 0 {self.east(i)} 0 1 0 0 0 0 1 0' for i in range(FRAMES)])
        self.expect_drive('dataset', 'KITTI')
        self.expect_drive(f'{sequence}/image_2', 'KITTI')

    def test_kitti_raw(self):
        drive = '2011_09_26/2011_09_26_drive_0001_sync'
        self.frames(f'{drive}/image_02/data', lambda i: f'{i:010}.png', [f'{drive}/image_00/data'])
        begin = datetime.datetime(2011, 9, 26, 13, 2, 25)
        times = [(begin + datetime.timedelta(seconds=i / RATE)).isoformat(' ', 'milliseconds') + '123456'
                 for i in range(FRAMES)]
        for part in ('image_02', 'image_00', 'oxts'):
            self.text(f'{drive}/{part}/timestamps.txt', times)
        metres = 111_320 * math.cos(math.radians(49))
        for i in range(FRAMES):
            self.text(f'{drive}/oxts/data/{i:010}.txt', [f'49.0 {8.43 + self.east(i) / metres} 116.4 0.01 0.02 0.5 ' + '0 ' * 24])
        self.expect_drive('2011_09_26', 'KITTI raw')

    def test_robotcar(self):
        stamp = lambda i: 1400505794141322 + i * 10**6 // RATE
        drive = '2014-05-19-13-20-57'
        self.frames(f'{drive}/stereo/centre', lambda i: f'{stamp(i)}.png', [f'{drive}/mono_left', f'{drive}/stereo/left'])
        self.text(f'{drive}/stereo.timestamps', [f'{stamp(i)} 1' for i in range(FRAMES)])
        self.text(f'{drive}/gps/ins.csv',
                  ['timestamp,ins_status,latitude,longitude,altitude,northing,easting,down,utm_zone,velocity_north,'
                   'velocity_east,velocity_down,roll,pitch,yaw'] +
                  [f'{stamp(i)},INS_SOLUTION_GOOD,51.7,-1.2,110,5735000,{620000 + self.east(i)},-110,30U,0,0,0,0,0,1.57'
                   for i in range(FRAMES)])
        self.expect_drive(drive, 'RobotCar')

    def test_four_seasons(self):
        stamp = lambda i: 1585067785168549120 + i * 10**9 // RATE
        drive = 'recording_2020-03-24_17-36-22'
        self.frames(f'{drive}/undistorted_images/cam0', lambda i: f'{stamp(i)}.png', [f'{drive}/undistorted_images/cam1'])
        self.text(f'{drive}/times.txt', [f'{stamp(i)} {stamp(i) / 1e9:.9f} 1.5' for i in range(FRAMES)])
        self.text(f'{drive}/GNSSPoses.txt',
                  ['# frame_id, translation (t_x, t_y, t_z), rotation quaternion (q_x, q_y, q_z, w), scale, '
                   'fusion_quality (not relevant), v3'] +
                  [f'{stamp(i)},{self.east(i)},0,0,0,0,0,1,1.0,0.5' for i in range(FRAMES)])
        self.expect_drive(drive, '4Seasons')

    def test_several_drives_are_not_taken_for_one(self):
        for number in ('03', '04'):
            self.frames(f'several/sequences/{number}/image_2', lambda i: f'{i:06}.png')
            self.text(f'several/sequences/{number}/times.txt', [i for i in range(FRAMES)])
        result = loci('loops', self.root / 'several', '--model', 'rootsift-vlad', '--json', check=2)
        self.assertIn('holds 2 drives of KITTI', result.stderr)
        self.assertIn('name those that are meant', result.stderr)
        both = loci('loops', *(self.root / f'several/sequences/{n}' for n in ('03', '04')), '--model', 'rootsift-vlad',
                    '--json', check=0)
        self.assertEqual(json.loads(both.stdout.splitlines()[-1])['frames'], 2 * FRAMES)


if __name__ == '__main__':
    unittest.main()
