# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 node, with stand-ins that keep to the signatures of rclpy, cv_bridge and the messages (Humble to Jazzy)."""
import json
import sys
import tempfile
import types

import numpy as np
import pytest

import loci
from conftest import ROOT

START = 1_700_000_000  # s


class Stamp:
    def __init__(self, ns):
        self.sec, self.nanosec = divmod(ns, 10**9)


class Header:
    def __init__(self, ns):
        self.stamp, self.frame_id = Stamp(ns), 'camera'


class Image:
    def __init__(self, ns, rgb, encoding='bgr8'):
        self.header, self.encoding = Header(ns), encoding
        self.height, self.width = rgb.shape[:2]
        self.step, self.is_bigendian = 3 * self.width, 0
        self.data = array_bytes(rgb[:, :, ::-1] if encoding == 'bgr8' else rgb)


class CompressedImage:
    def __init__(self, ns, jpeg):
        self.header, self.format, self.data = Header(ns), 'jpeg', jpeg


def array_bytes(pixels):
    return np.ascontiguousarray(pixels).tobytes()


class String:
    def __init__(self, *, data=''):
        self.data = data


class CvBridgeError(TypeError):
    pass


class CvBridge:
    def imgmsg_to_cv2(self, img_msg, desired_encoding='passthrough'):
        if img_msg.encoding not in ('rgb8', 'bgr8'):
            raise CvBridgeError(f'unknown encoding {img_msg.encoding}')
        pixels = np.frombuffer(img_msg.data, np.uint8).reshape(img_msg.height, img_msg.width, 3)
        return pixels if img_msg.encoding == desired_encoding else pixels[:, :, ::-1]

    def compressed_imgmsg_to_cv2(self, cmprs_img_msg, desired_encoding='passthrough'):
        assert desired_encoding == 'rgb8'
        with tempfile.NamedTemporaryFile(suffix='.jpg') as file:
            file.write(cmprs_img_msg.data)
            file.flush()
            return loci.load_image(file.name)


class Parameter:
    def __init__(self, name, type_=None, value=None):
        self.name, self.value = name, value


class Logger:
    def __init__(self):
        self.said = []

    def warning(self, text):
        self.said.append(text)

    error = warning


class Node:
    overrides = {}

    def __init__(self, node_name, *, automatically_declare_parameters_from_overrides=False):
        assert automatically_declare_parameters_from_overrides
        self.published, self.subscribed, self.logger = [], None, Logger()

    def get_parameter_or(self, name, alternative_value=None):
        return Parameter(name, value=self.overrides[name]) if name in self.overrides else alternative_value

    def get_parameters_by_prefix(self, prefix):
        inside = {n.removeprefix(prefix + '.'): v for n, v in self.overrides.items() if n.startswith(prefix + '.')}
        return {name: Parameter(name, value=value) for name, value in inside.items()}

    def create_publisher(self, msg_type, topic, qos_profile):
        assert (msg_type, topic) == (String, 'loops')
        return types.SimpleNamespace(publish=self.published.append)

    def create_subscription(self, msg_type, topic, callback, qos_profile):
        self.subscribed = (msg_type, topic, callback, qos_profile)

    def get_logger(self):
        return self.logger

    def destroy_node(self):
        pass


@pytest.fixture()
def node(monkeypatch):
    """Makes the node with parameters."""
    def stand_in(name, **members):
        module = types.ModuleType(name)
        for key, value in members.items():
            setattr(module, key, value)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    stand_in('rclpy', Parameter=Parameter, init=lambda: None)
    stand_in('rclpy.node', Node=Node)
    stand_in('rclpy.qos', qos_profile_sensor_data='sensor data')
    stand_in('cv_bridge', CvBridge=CvBridge, CvBridgeError=CvBridgeError)
    for package, members in (('sensor_msgs', {'Image': Image, 'CompressedImage': CompressedImage}), ('std_msgs', {'String': String})):
        stand_in(package).msg = stand_in(package + '.msg', **members)
    monkeypatch.syspath_prepend(str(ROOT / 'integrations/ros2'))
    monkeypatch.delitem(sys.modules, 'loci_loops', raising=False)
    import loci_loops

    def make(**overrides):
        monkeypatch.setattr(Node, 'overrides', {name.replace('__', '.'): value for name, value in overrides.items()})
        return loci_loops.LoopsNode()
    return make


LOOSE = {'detector__exclude_s': 3.0, 'detector__exclude_frames': 2, 'detector__consistency': 1, 'detector__min_confidence': 0.0,
         'detector__min_similarity': 0.9}


@pytest.fixture(scope='session')
def drive(photos):
    """Two rounds past the same places, a photo of each: (ns, path)."""
    places = {}
    for path in photos:
        places.setdefault(path.split('@')[7], path)
    return [((START + i) * 10**9 + 123456789, path) for i, path in enumerate(list(places.values()) * 2)]


def play(made, messages):
    _, _, callback, _ = made.subscribed
    for message in messages:
        callback(message)
    return [json.loads(message.data) for message in made.published]


def test_images_come_in_and_loops_go_out(node, drive):
    made = node(**LOOSE)
    assert made.subscribed[:2] == (Image, 'image') and made.subscribed[3] == 'sensor data'
    loops = play(made, [Image(ns, loci.load_image(path)) for ns, path in drive])
    half = len(drive) // 2
    assert [(loop['frame'], loop['match']) for loop in loops] == [(half + i, i) for i in range(half)]
    for loop in loops:
        assert loop['stamp'] == {'sec': START + loop['frame'], 'nanosec': 123456789}
        assert loop['match_stamp'] == {'sec': START + loop['match'], 'nanosec': 123456789}
        assert loop['similarity'] > 0.99 and loop['frame_id'] == 'camera' and loop['inliers'] > 12


def test_compressed_images_are_taken_where_asked_for(node, drive):
    made = node(compressed=True, **LOOSE)
    assert made.subscribed[:2] == (CompressedImage, 'image/compressed')
    assert len(play(made, [CompressedImage(ns, open(path, 'rb').read()) for ns, path in drive])) == len(drive) // 2


def test_frames_may_be_thinned_and_a_clock_that_goes_back_begins_anew(node, drive):
    made = node(every_s=1.5, **LOOSE)
    messages = [Image(ns, loci.load_image(path)) for ns, path in drive[:6]]
    play(made, messages)
    assert list(made.stamps) == [drive[i][0] for i in (0, 2, 4)]
    play(made, messages[:1])
    assert list(made.stamps) == [drive[0][0]]
    assert 'went back' in made.logger.said[0]


def test_a_frame_that_cannot_be_read_is_said_and_the_others_go_on(node, drive):
    made = node(**LOOSE)
    good = [Image(ns, loci.load_image(path)) for ns, path in drive]
    bad = Image(drive[3][0] + 1, loci.load_image(drive[3][1]), encoding='rgb8')
    bad.encoding = 'strange'
    assert len(play(made, [*good[:4], bad, *good[4:]])) == len(drive) // 2
    assert 'strange' in made.logger.said[0] and len(made.stamps) == len(drive)


def test_an_option_that_there_is_not_is_refused(node):
    with pytest.raises((TypeError, loci.Error), match='exclud_s'):
        node(detector__exclud_s=3.0)
