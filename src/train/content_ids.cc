// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/train/activation_cache.h"

#include <chrono>
#include <mutex>
#include <unordered_map>

namespace loci::train {
namespace {

/// A file changed again within one tick of its file system's clock (up to 2 s) keeps its time of
/// change, so one that changed so lately is not remembered.
bool settled(const FileInfo& info) {
  constexpr std::chrono::nanoseconds kCoarsestTick = std::chrono::seconds(2);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return now - std::chrono::nanoseconds(info.mtime_ns) > kCoarsestTick;
}

}  // namespace

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
  const bool keep = settled(info);
  LOCI_TRY(bytes, read_file(path));
  const std::string sha256 = sha256_hex(bytes);
  if (!keep) return sha256;
  const std::lock_guard lock(state_->mutex);
  state_->known[path] = {info, sha256};
  return sha256;
}

}  // namespace loci::train
