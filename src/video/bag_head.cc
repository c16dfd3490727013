// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_head.h"

#include "bag_folder.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

namespace loci::internal {
namespace {

constexpr std::string_view kOldBag = "#ROSBAG V1", kOldLog = "#ROSLOG", kSqlite = "SQLite format 3",
                           kZstd = "\x28\xB5\x2F\xFD";

std::string head_of(const std::string& path) {
  const auto bytes = read_file_head(path, 16);
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : std::string();
}

}  // namespace

const std::vector<std::string>& bag_extensions() {
  static const std::vector<std::string> kExtensions{
      ".bag", ".db3", ".mcap", ".db3.zstd", ".mcap.zstd"};
  return kExtensions;
}

bool is_bag(const std::string& path) {
  if (is_bag_folder(path)) return true;
  if (ends_with_any(to_lower(path), bag_extensions())) return true;
  const std::string head = head_of(path);
  return head.starts_with("#ROSBAG ") || head.starts_with(kMcapMagic);
}

Result<BagKind> bag_kind(const std::string& path) {
  const std::string head = head_of(path);
  if (head.starts_with(kRos1Magic)) {
    if (to_lower(path).ends_with(".active")) {
      return corrupt(printable(path) +
                     ": a bag that was not closed, as its recording still runs or broke off; "
                     "'rosbag reindex " +
                     printable(path) + "' repairs it");
    }
    return BagKind::kRos1;
  }
  if (head.starts_with(kMcapMagic)) return BagKind::kMcap;
  if (head.starts_with(kSqlite)) return BagKind::kSqlite;
  if (head.starts_with(kZstd)) return BagKind::kPacked;
  if (head.starts_with(kOldBag) || head.starts_with(kOldLog)) {
    return unsupported(
        printable(path) +
        ": a bag of an older format than 2.0; 'rosbag filter OLD NEW True' rewrites it");
  }
  return corrupt(printable(path) +
                 ": no bag of ROS 1 or 2, which begins with '#ROSBAG V2.0', as an SQLite file "
                 "(.db3) or as MCAP");
}

}  // namespace loci::internal
