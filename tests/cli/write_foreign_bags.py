#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Bags by independent writers, the Python packages rosbags and mcap. Usage: write_foreign_bags.py FOLDER JPEG...
One bag a kind: image i is JPEG i, or its first pixel's colour as a raw image, at START + i/2, with a fix and odometry."""
import pathlib
import sys

import numpy as np
from mcap.writer import CompressionType, IndexType, Writer as McapWriter
from rosbags.rosbag1 import Writer as Writer1
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer as Writer2
from rosbags.typesys import Stores, get_typestore

START = 1_500_000_000
FOLDER, JPEGS = pathlib.Path(sys.argv[1]), [pathlib.Path(name).read_bytes() for name in sys.argv[2:]]


def messages(store, sequence):
    """(topic, type, message, ns) of a short drive."""
    types = store.types
    header_type, time_type = types['std_msgs/msg/Header'], types['builtin_interfaces/msg/Time']

    def header(ns):
        stamp = time_type(sec=ns // 10**9, nanosec=ns % 10**9)
        return header_type(**({'seq': 0} if sequence else {}), stamp=stamp, frame_id='camera')

    for i, jpeg in enumerate(JPEGS):
        ns = START * 10**9 + i * 5 * 10**8
        yield '/camera/image/compressed', 'sensor_msgs/msg/CompressedImage', types['sensor_msgs/msg/CompressedImage'](
            header=header(ns), format='jpeg', data=np.frombuffer(jpeg, np.uint8)), ns
        status = types['sensor_msgs/msg/NavSatStatus'](status=0, service=1)
        yield '/fix', 'sensor_msgs/msg/NavSatFix', types['sensor_msgs/msg/NavSatFix'](
            header=header(ns), status=status, latitude=48 + i / 10000, longitude=2.0, altitude=30.0,
            position_covariance=np.zeros(9), position_covariance_type=0), ns
        point, turn = types['geometry_msgs/msg/Point'], types['geometry_msgs/msg/Quaternion']
        vector = types['geometry_msgs/msg/Vector3']
        pose = types['geometry_msgs/msg/Pose'](position=point(x=10.0 * i, y=1.0, z=0.0), orientation=turn(x=0.0, y=0.0, z=0.0, w=1.0))
        twist = types['geometry_msgs/msg/Twist'](linear=vector(x=1.0, y=0.0, z=0.0), angular=vector(x=0.0, y=0.0, z=0.0))
        yield '/odom', 'nav_msgs/msg/Odometry', types['nav_msgs/msg/Odometry'](
            header=header(ns), child_frame_id='base_link',
            pose=types['geometry_msgs/msg/PoseWithCovariance'](pose=pose, covariance=np.zeros(36)),
            twist=types['geometry_msgs/msg/TwistWithCovariance'](twist=twist, covariance=np.zeros(36))), ns


def write_rosbags():
    store = get_typestore(Stores.ROS1_NOETIC)
    for name, packing in (('none', None), ('bz2', Writer1.CompressionFormat.BZ2), ('lz4', Writer1.CompressionFormat.LZ4)):
        writer = Writer1(FOLDER / f'ros1_{name}.bag')
        if packing:
            writer.set_compression(packing)
        with writer:
            connections = {}
            for topic, kind, message, ns in messages(store, True):
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=store)
                writer.write(connections[topic], ns, store.serialize_ros1(message, kind))
    store = get_typestore(Stores.ROS2_HUMBLE)
    for name, plugin, mode in (('db3', StoragePlugin.SQLITE3, None), ('db3_message', StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
                               ('db3_file', StoragePlugin.SQLITE3, CompressionMode.FILE), ('mcap', StoragePlugin.MCAP, None),
                               ('mcap_storage', StoragePlugin.MCAP, CompressionMode.STORAGE)):
        writer = Writer2(FOLDER / name, version=9, storage_plugin=plugin)
        if mode:
            writer.set_compression(mode, CompressionFormat.ZSTD)
        with writer:
            connections = {}
            for topic, kind, message, ns in messages(store, False):
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=store)
                writer.write(connections[topic], ns, store.serialize_cdr(message, kind))
        if name == 'db3':
            # The other byte order is the same serialisation, told so.
            with Writer2(FOLDER / 'db3_big', version=9, storage_plugin=plugin) as big:
                connections = {}
                for topic, kind, message, ns in messages(store, False):
                    if topic not in connections:
                        connections[topic] = big.add_connection(topic, kind, typestore=store)
                    big.write(connections[topic], ns, store.serialize_cdr(message, kind, little_endian=False))


def write_mcap():
    store = get_typestore(Stores.ROS2_HUMBLE)
    kinds = {'lz4': {'compression': CompressionType.LZ4}, 'zstd': {'compression': CompressionType.ZSTD},
             'none': {'compression': CompressionType.NONE}, 'not_chunked': {'use_chunking': False},
             'no_index': {'index_types': IndexType.NONE, 'use_statistics': False, 'use_summary_offsets': False,
                          'repeat_channels': False, 'repeat_schemas': False}}
    for name, options in kinds.items():
        with open(FOLDER / f'by_mcap_{name}.mcap', 'wb') as file:
            writer = McapWriter(file, chunk_size=20000, **options)
            writer.start('ros2', 'test')
            channels = {}
            for topic, kind, message, ns in messages(store, False):
                if topic not in channels:
                    schema = writer.register_schema(kind, 'ros2msg', b'')
                    channels[topic] = writer.register_channel(topic, 'cdr', schema)
                writer.add_message(channels[topic], log_time=ns, publish_time=ns, data=bytes(store.serialize_cdr(message, kind)))
            writer.finish()


write_rosbags()
write_mcap()
print(len(list(FOLDER.iterdir())))
