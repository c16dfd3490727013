// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/train/activation_cache.h"

#include <mutex>
#include <unordered_map>

namespace loci::train {

struct ContentIds::State {
  struct Known {
    FileInfo info;
    std::string sha256;
  };
  std::mutex mutex;
  std::unordered_map<std::string, Known> known;
};

ContentIds::ContentIds() : state_(std::make_unique<State>()) {}
ContentIds::~ContentIds() = default;

Result<std::string> ContentIds::of(const std::string& path) {
  LOCI_TRY(info, file_info(path));
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->known.find(path);
    if (found != state_->known.end() && found->second.info.size == info.size &&
        found->second.info.mtime_ns == info.mtime_ns) {
      return found->second.sha256;
    }
  }
  LOCI_TRY(bytes, read_file(path));
  const std::string sha256 = sha256_hex(bytes);
  const std::lock_guard lock(state_->mutex);
  state_->known[path] = {info, sha256};
  return sha256;
}

}  // namespace loci::train
