// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include "loci/base/status.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace loci::internal {

/// How the messages of a topic are serialised.
enum class Wire {
  kRos1,   ///< packed, little-endian
  kCdr,    ///< as DDS and with it ROS 2 does (CDR, behind four bytes that say which kind)
  kOther,  ///< in a way that is not read (JSON, Protocol Buffers, ...)
};

struct BagTopic {
  std::string name, type;  ///< the type as ROS 1 writes it: "sensor_msgs/Image"
  Wire wire = Wire::kRos1;
  int64_t count = 0;       ///< messages
  std::set<uint32_t> ids;  ///< of its publishers or channels
};

/// Where a message lies; what the numbers mean is its file's own.
struct MessagePlace {
  int64_t recorded_ns = 0;  ///< since 1970
  uint64_t chunk = 0;
  uint64_t offset = 0;
  uint32_t part = 0;  ///< of a bag of several files
};

inline constexpr uint64_t kMaxMessageBytes = uint64_t{256} << 20;

/// A recording of a robot. Every length and offset that a file states is checked before it is followed.
/// Threads: one at a time
class Bag {
 public:
  virtual ~Bag() = default;
  virtual const std::string& path() const = 0;
  virtual const std::vector<BagTopic>& topics() const = 0;  ///< by name
  /// The messages of a topic, in the order of their recording.
  virtual Result<std::vector<MessagePlace>> places(const BagTopic& topic) = 0;
  /// A message as it was serialised; holds until the next call.
  /// Errors: Corrupt; Unsupported for a message above 256 MiB, or a compression that this build does not read
  virtual Result<Bytes> message(const MessagePlace& place) = 0;
  /// Corrupt once the file is shorter than it was: what was read last may be zeros then.
  virtual Status intact() const { return {}; }
  /// What the bag lacks, for people: that it ends early, which chunks are damaged; "" for a whole one.
  virtual std::string note() const { return {}; }
};

/// Opens a bag of any kind by its content: ROS 1 (format 2.0), ROS 2 (.db3, .mcap, also as whole files behind zstd), or
/// the folder of a rosbag2 recording.
/// Errors: NotFound, Io; Corrupt; Unsupported for older formats and encrypted bags
Result<std::unique_ptr<Bag>> open_any_bag(const std::string& path);

/// "sensor_msgs/Image" of "sensor_msgs/msg/Image" and of "sensor_msgs::msg::dds_::Image_".
std::string plain_type(std::string_view type);

/// Puts topics in the order of their names.
void sort_topics(std::vector<BagTopic>* topics);

Status too_large(const std::string& path, uint64_t bytes);

}  // namespace loci::internal
