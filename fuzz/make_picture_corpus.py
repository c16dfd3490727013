#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed inputs of pictures and of what is written in and beside them into fuzz/corpus. Needs the PyPI packages pillow,
pillow-heif and pillow-jxl-plugin.

Usage: make_picture_corpus.py [FOLDER]"""
import io
import pathlib
import struct
import sys

import pillow_heif
import pillow_jxl  # noqa: F401 (registers JPEG XL)
from PIL import Image

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / 'corpus')
pillow_heif.register_heif_opener()


def save(name, data):
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def drawn(width, height):
    image = Image.new('RGB', (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, x * y % 256) for y in range(height) for x in range(width)])
    return image


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def raw(head, pictures):
    """A TIFF block of a DNG's tags, and pictures behind it."""
    tags = ((256, 4, 48), (257, 4, 32), (0x112, 3, 6), (0xC612, 1, 1))
    block = struct.pack('<IH', 8, len(tags)) + b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in tags)
    return head + block + struct.pack('<I', 0) + pictures


image, tiny = drawn(32, 24), drawn(32, 24).resize((8, 8))
exif = Image.Exif()
exif[0x0112], exif[0x0132] = 6, '2021:06:01 10:00:00'
exif.get_ifd(0x8825).update({1: 'N', 2: (48.0, 51.0, 30.0), 3: 'E', 4: (2.0, 17.0, 40.0)})
XMP = (b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" '
       b'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17.7E" '
       b'GPano:PoseHeadingDegrees="30" exif:DateTimeOriginal="2021-06-01T10:00:00+02:00"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')
save('pictures/a.heic', encoded(image, 'HEIF', quality=50, exif=exif.tobytes()))
save('pictures/grid.heic', encoded(drawn(80, 64), 'HEIF', quality=20))
save('pictures/a.avif', encoded(image, 'AVIF', quality=50))
save('pictures/a.jxl', encoded(drawn(24, 16), 'JXL', quality=50))
save('pictures/lossless.jxl', encoded(drawn(24, 16), 'JXL', lossless=True))
for ending, kind in (('jpg', 'JPEG'), ('png', 'PNG'), ('webp', 'WEBP')):
    save(f'metadata/exif.{ending}', encoded(tiny, kind, exif=exif.tobytes()))
save('metadata/block.tif', exif.tobytes()[6:])
save('metadata/a.xmp', XMP)
save('metadata/xmp.jpg', encoded(tiny, 'JPEG', quality=30, xmp=XMP))
save('takeout/a.json', b'{"title":"IMG_1.jpg","photoTakenTime":{"timestamp":"1622541600","formatted":"x"},'
     b'"geoData":{"latitude":48.85,"longitude":2.29,"altitude":35.0},"geoDataExif":{"latitude":0.0,"longitude":0.0}}')
save('takeout/name', b'folder/IMG_20210601_100000_very_long_name_of_a_photo(1).jpg')
palette = drawn(16, 12).convert('P')
save('image/still.gif', encoded(palette, 'GIF'))
save('image/animated.gif', encoded(palette, 'GIF', save_all=True, append_images=[palette.rotate(180)]))
save('image/animated.webp', encoded(image, 'WEBP', save_all=True, append_images=[image.rotate(180)], quality=20))
save('image/two.mpo', encoded(image, 'MPO', save_all=True, append_images=[image.rotate(180)], quality=30))
save('image/grey16.png', encoded(Image.new('I;16', (8, 8), 1000), 'PNG'))
small, large = encoded(drawn(16, 12), 'JPEG', quality=40), encoded(drawn(48, 32), 'JPEG', quality=40)
inside = small + b'\xa5' * 100 + large + bytes(10)
for ending, head in (('dng', b'II*\0'), ('orf', b'IIRO'), ('rw2', b'IIU\0')):
    save(f'raw_preview/a.{ending}', raw(head, inside))
save('raw_preview/a.raf', b'FUJIFILMCCD-RAW 0201FF389501' + bytes(60) + large)
save('raw_preview/a.cr3', struct.pack('>I', 24) + b'ftypcrx \0\0\0\1crx isom' + small + large)
