// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace loci::train {

/// The photographs of a run, each file under one number, and which of them failed.
/// Threads: fail() and failed() are safe from many threads; add() is not
class ImageSet {
 public:
  /// The number of a path; a new one when it is not there yet.
  int32_t add(const std::string& path);
  int64_t size() const { return static_cast<int64_t>(paths_.size()); }
  const std::string& path(int32_t image) const { return paths_[static_cast<size_t>(image)]; }

  /// A photo that could not be read. Said once: true when it is the first failure of this image.
  bool fail(int32_t image, const Status& why);
  bool failed(int32_t image) const;
  /// "path: reason", by number.
  std::vector<std::string> failures() const;
  /// The same with the numbers, for processes that tell each other.
  std::map<int32_t, std::string> failed_images() const;

 private:
  std::vector<std::string> paths_;
  std::map<std::string, int32_t> numbers_;
  mutable std::mutex mutex_;
  std::map<int32_t, std::string> failures_;
};

}  // namespace loci::train
