#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The folder of a phone: JPEG, HEIC, DNG, MOV, MP4, a screenshot, XMP, Takeout's JSON and what was thrown away. Usage: phone_test.py LOCI
(77 where no Python writes HEIC: recipes/picture_writers.sh makes one, LOCI_PICTURES_PYTHON names another; or in a build without the decoders)"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import unittest

from frames_of_a_town import FramesOfATown
from program import LOCI, lines, loci

BESIDE = pathlib.Path(LOCI).resolve().parent.parent / 'picture-writers/bin/python3'
WRITE_HEIC = '''
import sys, pillow_heif
from PIL import Image
pillow_heif.register_heif_opener()
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    if target.endswith('.png'):
        Image.open(source).save(target)
    else:
        exif = Image.Exif()
        exif.get_ifd(0x8825).update({1: 'N', 2: (48.0, 51.0, 30.0), 3: 'E', 4: (2.0, 17.0, 40.0)})
        Image.open(source).save(target, quality=90, exif=exif.tobytes())
'''


def python_with_writer():
    for name in (os.environ.get('LOCI_PICTURES_PYTHON'), BESIDE, sys.executable):
        if name and pathlib.Path(name).exists():
            if subprocess.run([name, '-c', 'import pillow_heif, PIL'], capture_output=True).returncode == 0:
                return name
    return None


def box(kind, *parts):
    content = b''.join(parts)
    return struct.pack('>I4s', 8 + len(content), kind) + content


def film(brand, jpegs, width, height):
    """A film of ISO base media: Motion JPEG, ten pictures a second."""
    count, identity = len(jpegs), struct.pack('>9I', 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    head = box(b'ftyp', brand, bytes(4), brand)
    entry = box(b'jpeg', bytes(6), struct.pack('>HHHIIIHHIIIH', 1, 0, 0, 0, 0, 0, width, height, 72 << 16, 72 << 16, 0, 1),
                bytes(32), struct.pack('>Hh', 24, -1))
    table = box(b'stbl', box(b'stsd', struct.pack('>II', 0, 1), entry), box(b'stts', struct.pack('>IIII', 0, 1, count, 1)),
                box(b'stsc', struct.pack('>IIIII', 0, 1, 1, count, 1)),
                box(b'stsz', struct.pack(f'>III{count}I', 0, 0, count, *map(len, jpegs))),
                box(b'stco', struct.pack('>III', 0, 1, len(head) + 8)))
    media = box(b'mdia', box(b'mdhd', struct.pack('>IIIIIHH', 0, 0, 0, 10, count, 0, 0)),
                box(b'hdlr', bytes(4), b'mhlrvide', bytes(13)),
                box(b'minf', box(b'vmhd', struct.pack('>IHHHH', 1, 0, 0, 0, 0)),
                    box(b'dinf', box(b'dref', struct.pack('>II', 0, 1), box(b'url ', struct.pack('>I', 1)))), table))
    track = box(b'trak', box(b'tkhd', struct.pack('>IIIIII', 7, 0, 0, 1, 0, count), bytes(16), identity,
                             struct.pack('>II', width << 16, height << 16)), media)
    movie = box(b'mvhd', struct.pack('>IIIIIIH', 0, 0, 0, 10, count, 1 << 16, 256), bytes(10), identity, bytes(24), struct.pack('>I', 2))
    return head + box(b'mdat', *jpegs) + box(b'moov', movie, track)


def dng(jpeg):
    """A TIFF block of a DNG's tags, the sensor's data, and the picture for display."""
    tags = ((256, 4, 4000), (257, 4, 3000), (0x112, 3, 1), (0xC612, 1, 1))
    block = struct.pack('<IH', 8, len(tags)) + b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in tags)
    return b'II*\0' + block + bytes(4) + b'\xa5' * 4000 + jpeg


class Phone(FramesOfATown):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dcim = cls.root / 'DCIM/Camera'
        cls.dcim.mkdir(parents=True)
        made = subprocess.run([PYTHON, '-c', WRITE_HEIC, cls.photos[1], cls.dcim / 'IMG_0002.HEIC', cls.photos[2],
                               cls.dcim / 'Screenshot_20210601-100000.png'], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        shutil.copy(cls.photos[0], cls.dcim / 'IMG_0001.jpg')
        (cls.dcim / 'IMG_0003.DNG').write_bytes(dng(cls.jpegs[3]))
        shutil.copy(cls.photos[4], cls.dcim / 'IMG_0004.jpg')
        (cls.dcim / 'IMG_0004.DNG').write_bytes(dng(cls.jpegs[4]))  # the same shot
        (cls.dcim / 'IMG_0005.MOV').write_bytes(film(b'qt  ', cls.jpegs[5:8], 160, 120))
        (cls.dcim / 'VID_0006.mp4').write_bytes(film(b'isom', cls.jpegs[8:10], 160, 120))
        (cls.dcim / 'IMG_0003.DNG.xmp').write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
            'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17.6666E"/></rdf:RDF></x:xmpmeta>')
        # Takeout cuts the names of its files at 51 letters.
        (cls.dcim / ('Screenshot_20210601-100000.png.supplemental-metadata'[:46] + '.json')).write_text(json.dumps(
            {'title': 'Screenshot_20210601-100000.png', 'geoData': {'latitude': 48.8583, 'longitude': 2.2944}}))
        (cls.dcim / '.trashed-1700000000-IMG_0009.jpg').write_bytes(cls.jpegs[9])

    def test_the_folder_is_indexed_wholly(self):
        db = self.root / 'phone.loci'
        result = loci('index', self.root / 'DCIM', '--db', db, '--json', check=0)
        report = json.loads(result.stdout.splitlines()[-1])
        self.assertEqual((report['added'], report['failed']), (5, []), result.stderr)
        self.assertEqual((report['passed_over'], report['raw_pairs']), ({'MOV': 1, 'MP4': 1}, 1))
        self.assertIn('1 RAW beside a picture of the same shot', result.stderr)
        self.assertIn('--videos takes them', result.stderr)
        # Each is the picture that it was made of, and positions come from the file, the sidecar and Takeout.
        for source, name, lat in ((1, 'IMG_0002.HEIC', 48.85833), (2, 'Screenshot_20210601-100000.png', 48.8583),
                                  (3, 'IMG_0003.DNG', 48.85833)):
            match = lines('query', self.photos[source], '--db', db, '-k', 1)[0]['matches'][0]
            self.assertEqual(pathlib.Path(match['image']).name, name)
            self.assertAlmostEqual(match['lat'] or 0, lat, 4, name)
        again = lines('index', self.root / 'DCIM', '--db', db)[-1]
        self.assertEqual((again['unchanged'], again['added'], again['removed']), (5, 0, 0))

    def test_its_films_are_taken_where_asked_for(self):
        result = loci('index', self.root / 'DCIM', '--db', self.root / 'films.loci', '--videos', '--every', 0, '--json', check=None)
        if 'video plugin' in result.stderr:
            self.skipTest('a build without the video plugin')
        report = json.loads(result.stdout.splitlines()[-1])
        self.assertEqual((report['added'], report['failed']), (5 + 3 + 2, []), result.stderr)


PYTHON = python_with_writer()
if __name__ == '__main__':
    if PYTHON is None:
        print('skipped: no Python with pillow-heif (recipes/picture_writers.sh)')
        sys.exit(77)
    unittest.main()
