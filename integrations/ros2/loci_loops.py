#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS 2 node that finds loop closures: images come in on `image`, loops go out on `loops`. README.md says how it is used."""
import array
import json

import cv_bridge
import loci
import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

SECOND = 10**9


def ns_of(stamp):
    return stamp.sec * SECOND + stamp.nanosec


def stamp_of(ns):
    return {'sec': ns // SECOND, 'nanosec': ns % SECOND}


class LoopsNode(Node):
    """Parameters: `model` (a file or a name that loci knows), `compressed` (sensor_msgs/CompressedImage on image/compressed),
    `every_s` (seconds between frames that are looked at), and `detector.*`, the options of loci.LoopDetector."""

    def __init__(self, **options):
        super().__init__('loci_loops', automatically_declare_parameters_from_overrides=True, **options)
        self.every_ns = round(self.parameter('every_s', 0.0) * SECOND)
        self.options = {name: p.value for name, p in self.get_parameters_by_prefix('detector').items()}
        self.describer = loci.Describer(loci.load_model(self.parameter('model', 'default')))
        self.bridge = cv_bridge.CvBridge()
        self.begin()
        self.loops = self.create_publisher(String, 'loops', 10)
        # Best effort, and the newest few only: frames that come while one is described are dropped, not queued.
        if self.parameter('compressed', False):
            self.frames = self.create_subscription(CompressedImage, 'image/compressed', self.take, qos_profile_sensor_data)
        else:
            self.frames = self.create_subscription(Image, 'image', self.take, qos_profile_sensor_data)

    def parameter(self, name, default):
        return self.get_parameter_or(name, rclpy.Parameter(name, value=default)).value

    def begin(self):
        """A drive of its own: frame 0 is the next one."""
        self.detector = loci.LoopDetector(self.describer, **self.options)
        self.stamps = array.array('q')  # of each frame, ns: 8 MB in ten hours at 30 frames a second

    def take(self, message):
        ns = ns_of(message.header.stamp)
        if self.stamps and ns < self.stamps[-1]:
            self.get_logger().warning('the time went back: a new drive begins')
            self.begin()
        if self.stamps and ns - self.stamps[-1] < self.every_ns:
            return
        try:
            compressed = isinstance(message, CompressedImage)
            convert = self.bridge.compressed_imgmsg_to_cv2 if compressed else self.bridge.imgmsg_to_cv2
            loop = self.detector.add(convert(message, desired_encoding='rgb8'), ns / SECOND)
        except (cv_bridge.CvBridgeError, loci.Error) as error:
            self.get_logger().error(f'frame at {ns / SECOND:.3f} s is left out: {error}')
            return
        self.stamps.append(ns)
        if loop is None:
            return
        # The stamps are those of the headers to the nanosecond, so that poses and messages can be found by them.
        self.loops.publish(String(data=json.dumps({
            'frame': loop.frame, 'match': loop.match, 'stamp': stamp_of(self.stamps[loop.frame]),
            'match_stamp': stamp_of(self.stamps[loop.match]), 'frame_id': message.header.frame_id,
            'similarity': loop.similarity, 'confidence': loop.confidence, 'inliers': loop.inliers})))


def main():
    rclpy.init()
    node = LoopsNode()
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
