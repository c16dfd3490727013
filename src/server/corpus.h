// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/describe/verifier.h"
#include "loci/place/place_db.h"
#include "loci/server/server.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace loci::internal {

/// An opened collection with its model.
struct Engine {
  std::unique_ptr<PlaceDb> db;
  std::unique_ptr<Verifier> verifier;
};

/// The photographs as they were at one moment, and what is derived from them.
struct View {
  std::shared_ptr<Engine> engine;
  int64_t generation = 0;          ///< grows whenever something changed
  std::vector<PlaceImage> images;  ///< by rising id
  std::string map_json;            ///< of GET /v1/map
  int64_t with_position = 0, with_time = 0;
  std::optional<int64_t> first_taken, last_taken;

  const PlaceImage* find(int64_t id) const;
};

/// The served collection. Readers take a View and keep it as long as they need it; another process
/// that changes the folder, or puts a new collection in its place, is noticed by refresh().
/// Threads: safe from many threads
class Corpus {
 public:
  static Result<std::unique_ptr<Corpus>> open(const ServedCollection& served);

  std::shared_ptr<const View> view() const;
  const ServedCollection& served() const { return served_; }
  /// Looks whether the files of the catalogue changed, and reads them again if so. Returns whether
  /// it did.
  Result<bool> refresh();
  /// Reads again what this process itself has changed.
  Status reload();

 private:
  explicit Corpus(ServedCollection served) : served_(std::move(served)) {}
  struct FileStamp {
    uint64_t inode = 0, size = 0;
    int64_t mtime_ns = 0;
    bool operator==(const FileStamp&) const = default;
  };
  /// The model's file never changes while a collection lives: another one means another collection.
  struct Stamp {
    FileStamp catalogue, model;
    bool operator==(const Stamp&) const = default;
  };
  Stamp stamp() const;
  /// Remembers a stamp, unless the catalogue was written so recently that the next change could
  /// have the same time.
  void remember(const Stamp& now);
  Result<std::shared_ptr<Engine>> open_engine() const;
  Status publish(std::shared_ptr<Engine> engine);

  const ServedCollection served_;
  mutable std::mutex view_mutex_;
  std::shared_ptr<const View> view_;
  std::mutex change_mutex_;  // one reload at a time
  Stamp stamp_;
  int64_t generation_ = 0;
};

}  // namespace loci::internal
