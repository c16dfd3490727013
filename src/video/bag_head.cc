// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_head.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <string_view>

namespace loci::internal {
namespace {

constexpr std::string_view kOldBag = "#ROSBAG V1", kOldLog = "#ROSLOG", kSqlite = "SQLite format 3",
                           kMcap = "\x89MCAP";

std::string head_of(const std::string& path) {
  const auto bytes = read_file_head(path, 16);
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : std::string();
}

}  // namespace

const std::vector<std::string>& bag_extensions() {
  static const std::vector<std::string> kExtensions{".bag", ".db3", ".mcap"};
  return kExtensions;
}

bool is_bag(const std::string& path) {
  return ends_with_any(to_lower(path), bag_extensions()) || head_of(path).starts_with("#ROSBAG ");
}

Status check_bag_head(const std::string& path) {
  const std::string head = head_of(path);
  if (head.starts_with(kBagMagic)) {
    if (to_lower(path).ends_with(".active")) {
      return corrupt(printable(path) +
                     ": a bag that was not closed, as its recording still runs or broke off; "
                     "'rosbag reindex " +
                     printable(path) + "' repairs it");
    }
    return {};
  }
  if (head.starts_with(kSqlite) || head.starts_with(kMcap)) {
    return unsupported(printable(path) +
                       ": a bag of ROS 2; convert it to one of ROS 1 ('rosbags-convert --src " +
                       printable(path) + " --dst drive.bag' of the Python package rosbags)");
  }
  if (head.starts_with(kOldBag) || head.starts_with(kOldLog)) {
    return unsupported(
        printable(path) +
        ": a bag of an older format than 2.0; 'rosbag filter OLD NEW True' rewrites it");
  }
  return corrupt(printable(path) + ": no bag of ROS 1, which begins with '#ROSBAG V2.0'");
}

}  // namespace loci::internal
