#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Bags of ROS 1, written by hand for tests and as seeds of the fuzzer."""
import bz2
import struct

START = 1_500_000_000  # the stamp of the first image, seconds since 1970
TYPES = {'Image': '060021388200f6f0f447d0fcd9c64743', 'CompressedImage': '8f7a12909da2c9d3332d540a0977563f',
         'NavSatFix': '2d3a8cd499b9b4a0249fb98fd05cfa48', 'Imu': '6a62c6daae103f4ff57a132d6f95cec2'}


def counted(content):
    return struct.pack('<I', len(content)) + content


def fields(**values):
    return b''.join(counted(name.encode() + b'=' + value) for name, value in values.items())


def record(op, header, data):
    return counted(fields(op=bytes([op])) + header) + counted(data)


def u32(number):
    return struct.pack('<I', number)


def moment(seconds):
    return struct.pack('<II', int(seconds), round(seconds % 1 * 1e9))


def header(seconds):
    return u32(0) + moment(seconds) + counted(b'camera')


def jpeg_image(seconds, jpeg):
    return header(seconds) + counted(b'jpeg') + counted(jpeg)


def fix(seconds, lat, lon):
    return header(seconds) + struct.pack('<bH3d', 0, 1, lat, lon, 0) + bytes(9 * 8 + 1)


def raw_image(seconds, encoding, width, height, pixels):
    return (header(seconds) + u32(height) + u32(width) + counted(encoding) + b'\0' + u32(len(pixels) // height) +
            counted(pixels))


def bag(topics, messages, compression='none'):
    """A bag of format 2.0 with one chunk. topics: (name, type); messages: (topic number, seconds, content); compression: none or
    bz2"""
    connections = [record(7, fields(conn=u32(i), topic=name.encode()),
                          fields(topic=name.encode(), type=f'sensor_msgs/{kind}'.encode(), md5sum=TYPES[kind].encode(),
                                 message_definition=b'-')) for i, (name, kind) in enumerate(topics)]
    content, places = b''.join(connections), [b''] * len(topics)
    for topic, seconds, message in messages:
        places[topic] += moment(seconds) + u32(len(content))
        content += record(2, fields(conn=u32(topic), time=moment(seconds)), message)
    used = [i for i, each in enumerate(places) if each]
    chunk_at = 13 + 4096
    packed = bz2.compress(content) if compression == 'bz2' else content
    body = record(5, fields(compression=compression.encode(), size=u32(len(content))), packed)
    for i in used:
        body += record(4, fields(ver=u32(1), conn=u32(i), count=u32(len(places[i]) // 12)), places[i])
    times = [seconds for _, seconds, _ in messages] or [0]
    index = b''.join(connections) + record(
        6, fields(ver=u32(1), chunk_pos=struct.pack('<Q', chunk_at), start_time=moment(min(times)), end_time=moment(max(times)),
                  count=u32(len(used))), b''.join(u32(i) + u32(len(places[i]) // 12) for i in used))
    head = fields(op=b'\x03', index_pos=struct.pack('<Q', chunk_at + len(body)), conn_count=u32(len(topics)), chunk_count=u32(1))
    return b'#ROSBAG V2.0\n' + counted(head) + counted(b' ' * (4096 - 8 - len(head))) + body + index
