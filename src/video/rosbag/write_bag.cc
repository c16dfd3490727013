// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "write_bag.h"

#include <rosbag/bag.h>
#include <sensor_msgs/CompressedImage.h>
#include <sensor_msgs/Image.h>
#include <sensor_msgs/Imu.h>
#include <sensor_msgs/NavSatFix.h>

namespace loci::internal {

struct BagWriter::Parts {
  rosbag::Bag bag;
  template <class Message>
  void write(const std::string& topic,
             double at_s,
             Message message,
             bool stamped = true,
             double clock_off_s = 0) {
    if (stamped) message.header.stamp = ros::Time(kStart + at_s + clock_off_s);
    message.header.frame_id = "base_link";
    bag.write(topic, ros::Time(kStart + at_s + 0.05), message);
  }
};

BagWriter::BagWriter(const std::string& path, const std::string& compression)
    : parts_(std::make_unique<Parts>()) {
  parts_->bag.open(path, rosbag::bagmode::Write);
  parts_->bag.setCompression(compression == "bz2"   ? rosbag::compression::BZ2
                             : compression == "lz4" ? rosbag::compression::LZ4
                                                    : rosbag::compression::Uncompressed);
  parts_->bag.setChunkThreshold(20'000);  // several chunks
}

BagWriter::~BagWriter() = default;

void BagWriter::raw_image(const std::string& topic,
                          double at_s,
                          const std::string& encoding,
                          int width,
                          int height,
                          const std::vector<uint8_t>& data,
                          bool stamped,
                          double clock_off_s) {
  sensor_msgs::Image message;
  message.width = static_cast<uint32_t>(width);
  message.height = static_cast<uint32_t>(height);
  message.encoding = encoding;
  message.step = static_cast<uint32_t>(data.size()) / message.height;
  message.data = data;
  parts_->write(topic, at_s, message, stamped, clock_off_s);
}

void BagWriter::compressed_image(const std::string& topic,
                                 double at_s,
                                 const std::vector<uint8_t>& data) {
  sensor_msgs::CompressedImage message;
  message.format = "rgb8; jpeg compressed bgr8";
  message.data = data;
  parts_->write(topic, at_s, message);
}

void BagWriter::fix(const std::string& topic, double at_s, double lat, double lon, int status) {
  sensor_msgs::NavSatFix message;
  message.status.status = static_cast<int8_t>(status);
  message.latitude = lat;
  message.longitude = lon;
  message.altitude = 100 * lat;
  parts_->write(topic, at_s, message);
}

void BagWriter::imu(const std::string& topic, double at_s) {
  parts_->write(topic, at_s, sensor_msgs::Imu());
}

void BagWriter::close() { parts_->bag.close(); }

}  // namespace loci::internal
