// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_reader.h"

#include "loci/video/bag_poses.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include <sys/mman.h>

/// Any bytes as a bag of ROS 2, MCAP or SQLite, as their first bytes say: topics, positions, cameras, poses and images.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("bag", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) abort();
  (void)loci::read_bag_poses(path);
  for (const char* topic : {"", "/camera"}) {
    const auto reader = loci::internal::open_bag(path, {.topic = topic, .positions = true});
    if (!reader.ok()) continue;
    for (int i = 0; i < 20; ++i) {
      const auto frame = (*reader)->next();
      if (!frame.ok() || !*frame) break;
    }
    (void)(*reader)->note();
  }
  return 0;
}
