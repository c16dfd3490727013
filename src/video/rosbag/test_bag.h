// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/encode.h"

#include <string>
#include <vector>

#include <rosbag/bag.h>
#include <sensor_msgs/CompressedImage.h>
#include <sensor_msgs/Image.h>
#include <sensor_msgs/Imu.h>
#include <sensor_msgs/NavSatFix.h>

namespace loci::internal {

/// A bag in the making, by the library of ROS. Message i is recorded 50 ms after its stamp.
class TestBag {
 public:
  static constexpr double kStart = 1.5e9;  ///< the stamp of message 0, seconds since 1970

  explicit TestBag(const std::string& path,
                   rosbag::CompressionType compression = rosbag::compression::Uncompressed)
      : bag_(path, rosbag::bagmode::Write) {
    bag_.setCompression(compression);
    bag_.setChunkThreshold(20'000);  // several chunks
  }

  template <class Message>
  void write(const std::string& topic, double at_s, Message message, bool stamped = true) {
    if (stamped) message.header.stamp = ros::Time(kStart + at_s);
    bag_.write(topic, ros::Time(kStart + at_s + 0.05), message);
  }
  void close() { bag_.close(); }

 private:
  rosbag::Bag bag_;
};

/// 64 x 48 pixels, red, but for a first column of brightness `value`.
inline Image test_picture(int value) {
  Image out(64, 48);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      out.at(x, y)[0] = 200;
      if (x < 8) std::fill_n(out.at(x, y), 3, static_cast<uint8_t>(value));
    }
  }
  return out;
}

inline sensor_msgs::Image raw_message(const Image& image, const std::string& encoding = "rgb8") {
  sensor_msgs::Image out;
  out.header.frame_id = "camera";
  out.width = static_cast<uint32_t>(image.width);
  out.height = static_cast<uint32_t>(image.height);
  out.encoding = encoding;
  out.step = out.width * 3;
  out.data = image.pixels;
  return out;
}

inline sensor_msgs::CompressedImage jpeg_message(const Image& image) {
  sensor_msgs::CompressedImage out;
  out.format = "rgb8; jpeg compressed bgr8";
  out.data = encode_jpeg(image, 95).value();
  return out;
}

inline sensor_msgs::NavSatFix fix_message(double lat, double lon, int status = 0) {
  sensor_msgs::NavSatFix out;
  out.status.status = static_cast<int8_t>(status);
  out.latitude = lat;
  out.longitude = lon;
  out.altitude = 100 * lat;
  return out;
}

}  // namespace loci::internal
