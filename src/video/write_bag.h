// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "write_container.h"
#include "write_mcap.h"
#include "write_message.h"

#include <memory>
#include <string>
#include <vector>

namespace loci::internal {

/// What a test writes: a container, how its chunks are compressed, and how messages are serialised.
struct BagStyle {
  std::string name;
  std::string container = "ros1";    ///< ros1, mcap or db3
  std::string compression = "none";  ///< of chunks: none, bz2, lz4, zstd; of messages in db3: zstd
  bool chunked = true, indexed = true;
  Encapsulation encapsulation = Encapsulation::kRos1;
};

inline const std::vector<BagStyle>& bag_styles() {
  using enum Encapsulation;
  static const std::vector<BagStyle> kStyles = {
      {"Ros1"},
      {"Ros1Bz2", "ros1", "bz2"},
      {"Ros1Lz4", "ros1", "lz4"},
      {"Mcap", "mcap", "none", true, true, kCdrLittle},
      {"McapLz4", "mcap", "lz4", true, true, kCdrLittle},
      {"McapZstd", "mcap", "zstd", true, true, kCdrBig},
      {"McapNotChunked", "mcap", "none", false, true, kCdrLittle},
      {"McapWithoutIndex", "mcap", "zstd", true, false, kCdr2},
      {"McapOfRos1", "mcap", "lz4", true, true, kRos1},
      {"Db3", "db3", "none", true, true, kCdrLittle},
      {"Db3BigEndian", "db3", "none", true, true, kCdrBig},
      {"Db3Delimited", "db3", "none", true, true, kDelimited2},
      {"Db3Zstd", "db3", "zstd", true, true, kCdrLittle},
  };
  return kStyles;
}

inline BagStyle bag_style(const std::string& name) {
  for (const BagStyle& style : bag_styles()) {
    if (style.name == name) return style;
  }
  return {name, "ros1", name};
}

/// For tests: writes a bag. Times are seconds after kStart; a message is recorded 50 ms after its stamp.
class BagWriter {
 public:
  static constexpr double kStart = 1.5e9;  ///< since 1970

  explicit BagWriter(const std::string& path, const BagStyle& style = {})
      : style_(style), container_(make_container(path)) {}
  BagWriter(const std::string& path, const std::string& style)
      : BagWriter(path, bag_style(style)) {}

  void raw_image(const std::string& topic,
                 double at_s,
                 const std::string& encoding,
                 int width,
                 int height,
                 const std::vector<uint8_t>& data,
                 bool stamped = true,
                 double clock_off_s = 0) {  // added to the stamp, not to the time of recording
    MessageWriter out = begin(stamped ? kStart + at_s + clock_off_s : 0);
    out.number(static_cast<uint32_t>(height)).number(static_cast<uint32_t>(width)).text(encoding);
    out.number(uint8_t{0})
        .number(static_cast<uint32_t>(data.size()) / static_cast<uint32_t>(height));
    write(topic, "sensor_msgs/Image", at_s, out.array(data));
  }
  void compressed_image(const std::string& topic, double at_s, const std::vector<uint8_t>& data) {
    MessageWriter out = begin(kStart + at_s);
    write(topic,
          "sensor_msgs/CompressedImage",
          at_s,
          out.text("rgb8; jpeg compressed bgr8").array(data));
  }
  /// The altitude is 100 * lat.
  void fix(const std::string& topic, double at_s, double lat, double lon, int status = 0) {
    MessageWriter out = begin(kStart + at_s);
    out.structure().number(static_cast<int8_t>(status)).number(uint16_t{1});
    out.number(lat).number(lon).number(100 * lat).zeros(9).number(uint8_t{0});
    write(topic, "sensor_msgs/NavSatFix", at_s, out);
  }
  void camera(const std::string& topic, double at_s, int width, int height, double focal_px) {
    MessageWriter out = begin(kStart + at_s);
    out.number(static_cast<uint32_t>(height)).number(static_cast<uint32_t>(width));
    out.text("plumb_bob").number(uint32_t{5}).zeros(5);
    out.number(focal_px).zeros(8 + 9 + 12);
    write(topic, "sensor_msgs/CameraInfo", at_s, out);
  }
  void odometry(const std::string& topic, double at_s, double x, double y) {
    MessageWriter out = begin(kStart + at_s, "odom");
    out.text("base_link").structure().pose(x, y, 0).zeros(36);
    out.structure().structure().structure().zeros(3).structure().zeros(3).zeros(36);
    write(topic, "nav_msgs/Odometry", at_s, out);
  }
  /// Two transforms: odom>base_link, which moves, and base_link>camera, which does not.
  void transforms(const std::string& topic, double at_s, double x, double y) {
    MessageWriter out(style_.encapsulation);
    out.structure().sequence(2);
    out.structure().header(kStart + at_s, "odom").text("base_link").pose(x, y, 0);
    out.structure().header(kStart + at_s, "base_link").text("camera").pose(0, 0, 1);
    write(topic, "tf2_msgs/TFMessage", at_s, out);
  }
  void imu(const std::string& topic, double at_s) {
    write(topic, "sensor_msgs/Imu", at_s, begin(kStart + at_s).zeros(37));
  }
  void close() { container_->close(); }

 private:
  std::unique_ptr<Container> make_container(const std::string& path) const {
    const ContainerStyle how{style_.compression, style_.chunked, style_.indexed};
    if (style_.container == "mcap") {
      const bool ros1 = style_.encapsulation == Encapsulation::kRos1;
      return std::make_unique<McapContainer>(path, how, ros1 ? "ros1" : "cdr");
    }
    if (style_.container == "db3") return std::make_unique<Db3Container>(path, how);
    return std::make_unique<Ros1Container>(path, how);
  }
  MessageWriter begin(double stamp_s, const std::string& frame = "base_link") const {
    MessageWriter out(style_.encapsulation);
    out.structure().header(stamp_s, frame);
    return out;
  }
  void write(const std::string& topic,
             const std::string& type,
             double at_s,
             const MessageWriter& message) {
    const auto recorded_ns = static_cast<int64_t>(std::llround((kStart + at_s + 0.05) * 1e9));
    container_->write(topic, type, recorded_ns, message.bytes());
  }

  BagStyle style_;
  std::unique_ptr<Container> container_;
};

}  // namespace loci::internal
