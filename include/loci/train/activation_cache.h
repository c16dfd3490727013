// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace loci::train {

struct ActivationCacheOptions {
  /// Folder for the maps of the frozen layers, so that each photo runs through them once; auto: in
  /// the run's own folder, off: none.
  std::string activation_cache;
  /// Disk that the folder may take, GiB; never more.
  double activation_cache_gib = 32;
  /// When it is full: none keeps what is there, which suits epochs that visit every photo in turn;
  /// lru replaces the least recently used.
  std::string eviction = "none";

  template <class V>
  void describe(V&& v) {
    v({"activation_cache",
       "folder for the maps of the frozen layers, so that each photo runs through them once; auto: "
       "in the run's own folder, off: none"},
      activation_cache);
    v({"activation_cache_gib", "disk that the folder may take, GiB; never more"},
      activation_cache_gib);
    v({"eviction",
       "when it is full: none keeps what is there, which suits epochs that visit every photo in "
       "turn; lru replaces the least recently used"},
      eviction);
  }
};

/// Names what the first `num_frozen_ops` operators of a network compute: sha256 of their
/// description, their weights and the preprocessing, and of nothing behind them. Equal names, equal
/// maps.
/// Contract: 1 <= num_frozen_ops <= number of operators
std::string frozen_fingerprint(const Model& model, int64_t num_frozen_ops);

/// Which map: the photo's content (sha256, see ContentIds) and the size at which the network saw
/// it.
struct ActivationKey {
  std::string content;
  int width = 0, height = 0;  ///< pixels
};

/// Channels x height x width float16 values in that order, mapped from the disk: valid as long as
/// this lives, even if the cache drops the map meanwhile.
struct ActivationMap {
  int64_t channels = 0, height = 0, width = 0;
  std::span<const uint16_t> values;
  MappedFile file;
};

/// Which of the processes of one run that open a folder together, before any of them stores.
struct CacheShare {
  int rank = 0, num_ranks = 1;
};

struct ActivationCacheStats {
  int64_t maps = 0;        ///< of these frozen layers; this process's share
  uint64_t bytes = 0;      ///< on the disk, whole blocks, stale maps included; its share
  uint64_t max_bytes = 0;  ///< the bound of its share; the shares together have the bound given
  int64_t hits = 0, misses = 0;
  int64_t stored = 0;
  int64_t refused = 0;  ///< not stored: full, or the disk failed
  int64_t evicted = 0;  ///< dropped for room, stale maps included
  int64_t damaged = 0;  ///< found damaged, dropped, counted as a miss
};

/// Maps of the frozen layers on disk, one file a photo. With conv1-conv4 of VGG-16 frozen, as in
/// the paper, an epoch from the maps costs about 6.5 times less arithmetic.
///
/// The files lie under a name made of the frozen layers' fingerprint and carry the whole key, so a
/// map of other weights, another size or another photo is never used. Maps of other fingerprints in
/// the folder count towards the bound and go first when room is needed.
///
/// Threads:   all members are safe from many threads
/// Processes: may share a folder. Those of one run share its bound too: each looks after its
///            part of what is there at the start and after what it stores itself (CacheShare). Of
///            several runs each keeps to its own bound, so give each its part
/// Cost:      find() maps a file and reads it once for its check sum
class ActivationCache {
 public:
  /// `frozen` is frozen_fingerprint(); `max_bytes` the bound, over all that is in the folder.
  /// Drops the oldest maps, stale ones first, when the folder already holds more.
  /// Errors: Io when the folder cannot be made or read; InvalidArgument for an unknown eviction
  static Result<std::unique_ptr<ActivationCache>> open(const std::string& folder,
                                                       const std::string& frozen,
                                                       uint64_t max_bytes,
                                                       const std::string& eviction = "none",
                                                       const CacheShare& share = {});
  ~ActivationCache();
  ActivationCache(const ActivationCache&) = delete;
  ActivationCache& operator=(const ActivationCache&) = delete;

  std::optional<ActivationMap> find(const ActivationKey& key);
  /// Keeps channels * height * width float32 values (converted; beyond float16's range become its
  /// largest). When the cache is full and evicts nothing, or the map is there already, nothing
  /// happens.
  /// Errors: Io; training can go on without, and further maps are refused without a try
  Status store(const ActivationKey& key,
               int64_t channels,
               int64_t height,
               int64_t width,
               std::span<const float> values);
  ActivationCacheStats stats() const;

 private:
  struct State;
  explicit ActivationCache(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Bytes of disk that one map takes.
uint64_t activation_file_bytes(int64_t channels, int64_t height, int64_t width);

/// sha256 of photos' content, computed once and again when a file's size or time of change differs;
/// each time for a file that changed within the last two seconds, where its time cannot tell.
/// Threads: safe from many threads
class ContentIds {
 public:
  ContentIds();
  ~ContentIds();
  /// NotFound, Io
  Result<std::string> of(const std::string& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loci::train
