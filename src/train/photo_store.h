// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace loci::train {

/// Decoded photographs, shrunk until their shorter side is `most_side` at most, kept in memory
/// while a bound allows. What is kept does not change what is handed out.
///
/// Threads: any number at once
class PhotoStore {
 public:
  PhotoStore(std::vector<std::string> paths, int most_side, uint64_t bound_bytes);

  int64_t size() const { return static_cast<int64_t>(photos_.size()); }
  const std::string& path(int64_t photo) const { return paths_[static_cast<size_t>(photo)]; }
  /// Errors: those of decoding, the same each time for one photo
  Result<std::shared_ptr<const Image>> get(int64_t photo);
  /// "path: reason" of each photo that failed, by number.
  std::vector<std::string> failures() const;
  uint64_t kept_bytes() const;

 private:
  struct Photo {
    std::shared_ptr<const Image> image;
    Status status;
  };
  Result<std::shared_ptr<const Image>> load(int64_t photo) const;
  std::vector<std::string> paths_;
  int most_side_;
  uint64_t bound_bytes_;
  mutable std::mutex mutex_;
  std::vector<Photo> photos_;
  uint64_t kept_bytes_ = 0;
};

}  // namespace loci::train
