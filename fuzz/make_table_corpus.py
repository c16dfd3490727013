# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Seeds of the targets `tables` and `collection`, called by make_corpus.py."""
import pathlib
import sqlite3
import struct
import tempfile


def colmap_database():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'd.db'
        with sqlite3.connect(path) as database:
            database.execute('PRAGMA page_size = 512')
            database.execute('CREATE TABLE images (image_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, camera_id INTEGER NOT NULL)')
            database.executemany('INSERT INTO images VALUES (?, ?, 1)', [(1, 'a/b.jpg'), (2, 'c.jpg')])
        database.close()
        return path.read_bytes()


def tables(save):
    places = b'path,lat,lon,taken,split\na.jpg,48.1,9.2,2019-08-01,train\nb.jpg;x,"48,2",9,,test\n'
    npy = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"
    takeout = (b'{"title":"a.jpg","photoTakenTime":{"timestamp":"1564650000"},"geoData":{"latitude":48.5,"longitude":9.25,"altitude":1},'
               b'"people":[{"name":"x\\u00e9"}]}')
    for name, kind, content in (
            ('tum', b't', b'# time\n1.5 0 0 0 0 0 0 1\n2.5 1 0 0 0 0 .7 .7\n'), ('kitti', b't', b'1 0 0 0 0 1 0 0 0 0 1 0\n' * 2),
            ('euroc', b't', b'#timestamp [ns],p,q\n1403636580838555648,4.6,-1.8,.8,.5,-.1,-.8,-.1,0\n'),
            ('header', b't', b'num t x y z qx qy qz qw\n0 1e9 1 2 3 0 0 0 1\n1 nan 1 2 3 0 0 0 0\n'),
            ('places', b'p', places), ('semicolons', b'p', b'sep=;\npath;lat;lon\n"a.jpg";48,5;9,1\n'),
            ('takeout', b'g', takeout), ('npy', b'n', b'\x93NUMPY\x01\0' + struct.pack('<H', len(npy)) + npy + bytes(8)),
            ('colmap', b'c', colmap_database())):
        save('tables', name, kind + content)


def collections(save):
    def edit(file, how, at, value):
        return struct.pack('<B', file | how << 1) + struct.pack('<I', at)[:3] + bytes([value, value])
    save('collection', 'whole', b'edits')
    for name, edits in (('byte', [(0, 0, 18, 9)]), ('bits', [(0, 1, 4100, 3), (1, 1, 5000, 7)]), ('cut', [(1, 2, 4200, 0)]),
                        ('cut_catalogue', [(0, 2, 9000, 0)]), ('zeros', [(0, 3, 8192, 255), (1, 3, 0, 40)])):
        save('collection', name, b''.join(edit(*each) for each in edits))
