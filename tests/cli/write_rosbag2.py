#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings of ROS 2 (rosbag2's SQLite storage, MCAP), written by hand for tests and as seeds of the fuzzer."""
import contextlib
import sqlite3
import struct


class Cdr:
    """Fields one after the other, each aligned to its size behind the four bytes that say: CDR, little-endian."""

    def __init__(self):
        self.body = b''

    def put(self, kind, *values):
        for value in values:
            self.body += bytes(-len(self.body) % struct.calcsize(kind)) + struct.pack('<' + kind, value)
        return self

    def text(self, value):
        self.put('I', len(value) + 1)
        self.body += value.encode() + b'\0'
        return self

    def array(self, value):
        self.put('I', len(value))
        self.body += value
        return self

    def header(self, seconds, frame='camera'):
        return self.put('I', int(seconds), round(seconds % 1 * 1e9)).text(frame)

    def bytes(self):
        return b'\0\1\0\0' + self.body


def jpeg_image(seconds, jpeg):
    return Cdr().header(seconds).text('jpeg').array(jpeg).bytes()


def raw_image(seconds, encoding, width, height, pixels):
    return Cdr().header(seconds).put('I', height, width).text(encoding).put('B', 0).put('I', len(pixels) // height).array(pixels).bytes()


def fix(seconds, lat, lon):
    return Cdr().header(seconds).put('b', 0).put('H', 1).put('d', lat, lon, 0, *[0] * 9).put('B', 0).bytes()


def odometry(seconds, x, y):
    return Cdr().header(seconds, 'odom').text('base_link').put('d', x, y, 0, 0, 0, 0, 1, *[0] * 36, *[0] * 6, *[0] * 36).bytes()


def write_db3(path, topics, messages):
    """topics: (name, type); messages: (topic number, seconds, content)"""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute('CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, '
                   'serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL)')
        db.execute('CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp INTEGER NOT NULL, '
                   'data BLOB NOT NULL)')
        db.execute('CREATE INDEX timestamp_idx ON messages (timestamp ASC)')
        db.executemany("INSERT INTO topics VALUES(?, ?, ?, 'cdr', '')", [(i + 1, *topic) for i, topic in enumerate(topics)])
        db.executemany('INSERT INTO messages(topic_id, timestamp, data) VALUES(?, ?, ?)',
                       [(topic + 1, round(seconds * 1e9), content) for topic, seconds, content in messages])
        db.commit()


def counted(content):
    return struct.pack('<I', len(content)) + content


def record(op, content):
    return struct.pack('<BQ', op, len(content)) + content


def mcap(topics, messages, chunked=True):
    """An MCAP file without an index. topics and messages as of write_db3"""
    magic, body = b'\x89MCAP0\r\n', b''
    for i, (name, kind) in enumerate(topics):
        body += record(3, struct.pack('<H', i + 1) + counted(kind.encode()) + counted(b'ros2msg') + counted(b''))
        body += record(4, struct.pack('<HH', i + 1, i + 1) + counted(name.encode()) + counted(b'cdr') + counted(b''))
    for topic, seconds, content in messages:
        ns = round(seconds * 1e9)
        body += record(5, struct.pack('<HIQQ', topic + 1, 0, ns, ns) + content)
    if chunked:
        body = record(6, struct.pack('<QQQI', 0, 0, len(body), 0) + counted(b'') + struct.pack('<Q', len(body)) + body)
    return magic + record(1, counted(b'ros2') + counted(b'')) + body + record(15, bytes(4)) + record(2, bytes(20)) + magic


def write_rosbag2(folder, topics, messages):
    """A recording: a folder with metadata.yaml and one file."""
    folder.mkdir()
    file = f'{folder.name}_0.db3'
    write_db3(folder / file, topics, messages)
    (folder / 'metadata.yaml').write_text(
        f'rosbag2_bagfile_information:\n  version: 5\n  storage_identifier: sqlite3\n  relative_file_paths:\n    - {file}\n'
        f'  message_count: {len(messages)}\n')
