// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loci::internal {

/// For tests: writes a bag by the library and the message types of ROS. Its code is C++17, since
/// those types do not compile as C++20; hence nothing of either in this interface.
/// Times are seconds after kStart; a message is recorded 50 ms after its stamp.
class BagWriter {
 public:
  static constexpr double kStart = 1.5e9;  ///< since 1970

  /// `compression`: "none", "bz2" or "lz4"
  explicit BagWriter(const std::string& path, const std::string& compression = "none");
  ~BagWriter();
  void raw_image(const std::string& topic,
                 double at_s,
                 const std::string& encoding,
                 int width,
                 int height,
                 const std::vector<uint8_t>& data,
                 bool stamped = true,
                 double clock_off_s = 0);  ///< added to the stamp, not to the time of recording
  void compressed_image(const std::string& topic, double at_s, const std::vector<uint8_t>& data);
  /// The altitude is 100 * lat.
  void fix(const std::string& topic, double at_s, double lat, double lon, int status = 0);
  void imu(const std::string& topic, double at_s);
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace loci::internal
