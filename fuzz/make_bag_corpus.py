# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Seeds of the fuzz targets of ROS 2: recordings and messages."""
import pathlib
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parent.parent / 'tests/cli'))
import write_rosbag2 as ros2  # noqa: E402


def recordings(save):
    topics = [('/camera', 'sensor_msgs/msg/Image'), ('/fix', 'sensor_msgs/msg/NavSatFix'), ('/odom', 'nav_msgs/msg/Odometry')]
    image = ros2.raw_image(1.5, 'rgb8', 3, 2, bytes(range(18)))
    messages = [(0, 1.5, image), (1, 1.5, ros2.fix(1.5, 48, 2)), (2, 1.5, ros2.odometry(1.5, 3, 4))]
    with tempfile.TemporaryDirectory() as folder:
        ros2.write_db3(pathlib.Path(folder) / 'a.db3', topics, messages)
        save('bag2', 'table.db3', (pathlib.Path(folder) / 'a.db3').read_bytes())
    save('bag2', 'chunk.mcap', ros2.mcap(topics, messages))
    save('bag2', 'plain.mcap', ros2.mcap(topics, messages, chunked=False))
    for name, content in (('image', image), ('fix', messages[1][2]), ('odometry', messages[2][2])):
        save('cdr', name, content)
    save('cdr', 'nv12', ros2.raw_image(1, 'nv12', 2, 2, bytes(6)))
    save('cdr', 'bayer', ros2.raw_image(1, 'bayer_grbg16', 4, 4, bytes(32)))
