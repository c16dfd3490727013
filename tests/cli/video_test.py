#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Videos as input of `loci index` and `loci loops`. Usage: video_test.py LOCI (77: a build without the video plugin)"""
import struct
import unittest

from frames_of_a_town import FramesOfATown, needs_plugin
from program import lines, loci


def chunk(name, content):
    return name + struct.pack('<I', len(content)) + content + b'\0' * (len(content) % 2)


def motion_jpeg(frames, fps, width, height):
    """An AVI file whose frames are these JPEG files."""
    largest = max(map(len, frames), default=0)
    head = struct.pack('<14I', 1_000_000 // fps, largest * fps, 0, 0x10, len(frames), 0, 1, largest, width, height, 0, 0, 0, 0)
    stream = struct.pack('<4s4sIHHIIIIIIIIHHHH', b'vids', b'MJPG', 0, 0, 0, 0, 1, fps, 0, len(frames), largest, 10000, 0, 0, 0,
                         width, height)
    picture = struct.pack('<IiiHH4sIiiII', 40, width, height, 1, 24, b'MJPG', width * height * 3, 0, 0, 0, 0)
    header = b'hdrl' + chunk(b'avih', head) + chunk(b'LIST', b'strl' + chunk(b'strh', stream) + chunk(b'strf', picture))
    movie, index = b'movi', b''
    for frame in frames:
        index += struct.pack('<4sIII', b'00dc', 0x10, len(movie), len(frame))
        movie += chunk(b'00dc', frame)
    return chunk(b'RIFF', b'AVI ' + chunk(b'LIST', header) + chunk(b'LIST', movie) + chunk(b'idx1', index))


class Videos(FramesOfATown):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.video = cls.root / 'walk.avi'
        frames = [jpeg for jpeg in cls.jpegs for _ in range(5)]  # half a second at each place
        cls.video.write_bytes(motion_jpeg(frames, 10, 160, 120))

    def test_frames_of_a_video_are_indexed_once_and_found(self):
        db = self.root / 'walk.loci'
        first = lines('index', self.video, '--db', db, '--every', 0.5)[-1]
        self.assertEqual((first['added'], first['failed']), (12, []))
        again = lines('index', self.video, '--db', db, '--every', 0.5)[-1]
        self.assertEqual((again['added'], again['unchanged']), (0, 12))
        answer = lines('query', self.photos[7], '--db', db, '-k', 1)[0]
        self.assertTrue(answer['matches'][0]['image'].endswith('/walk.loci.frames/walk.avi/walk.avi#t=3.50.jpg'), answer)
        self.assertGreater(answer['matches'][0]['score'], 0.95)
        coarser = lines('index', self.video, '--db', db, '--every', 1)[-1]
        self.assertEqual((coarser['removed'], coarser['total']), (6, 6))

    def test_loops_reads_a_video_frame_by_frame(self):
        *found, summary = lines('loops', self.video, self.video, '--every', 0.5, '--exclude-s', 10, '--exclude-frames', 1,
                                '--min-confidence', 0, '--min-similarity', 0.9, '--consistency', 1)
        self.assertEqual(summary['frames'], 24)
        self.assertEqual([(loop['match'], loop['frame']) for loop in found], [(i, i + 12) for i in range(12)])
        self.assertTrue(found[3]['image'].endswith('walk.avi#t=1.50'), found[3])

    def test_bad_videos_are_refused_with_what_is_wrong(self):
        empty, text, none, broken = (self.root / f'{name}.avi' for name in ('empty', 'text', 'none', 'broken'))
        empty.write_bytes(b'')
        text.write_bytes(b'this is no video ' * 50)
        none.write_bytes(motion_jpeg([], 10, 160, 120))
        for video in (empty, text, none):
            for verb in (('loops', video), ('index', video, '--db', self.root / 'bad.loci')):
                result = loci(*verb, check=1)
                self.assertIn(video.name, result.stderr)
        loci('loops', self.root / 'nothing.avi', check=1)
        self.assertIn('every', loci('index', self.video, '--db', self.root / 'x.loci', '--every', -1, check=2).stderr)
        whole = self.video.read_bytes()
        broken.write_bytes(whole[:len(whole) * 3 // 4])
        frames = lines('loops', broken, '--every', 0.5)[-1]['frames']
        self.assertTrue(5 <= frames < 12, frames)


if __name__ == '__main__':
    needs_plugin('.avi', b'x', 'cannot read videos')
    unittest.main(verbosity=1)
