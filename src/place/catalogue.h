// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment.h"
#include "sqlite.h"

#include "loci/place/place_db.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace loci {

/// What the catalogue says of the collection as a whole.
struct CollectionInfo {
  int64_t dim = 0;
  std::string fingerprint;
  std::string model_name;
};

/// A photograph with the row that holds its descriptor and the device its file was on.
struct StoredImage {
  PlaceImage image;
  int64_t device = 0;
  int64_t segment = 0;
  int64_t row = 0;
};

/// A run of rows that was written at once, and the SHA-256 of its bytes.
struct BatchInfo {
  int64_t segment = 0;
  int64_t first_row = 0;
  int64_t rows = 0;
  std::string sha256;
};

/// The SQLite file of a collection. Methods that change it must run inside a write transaction of
/// database().
/// Threads: one at a time
class Catalogue {
 public:
  static constexpr int kFormatVersion = 2;
  static constexpr int kApplicationId =
      0x4c4f4349;  // "LOCI": `file` and others can tell by it what this is

  static std::string path_in(const std::string& folder);
  /// Appears at once and complete, or not at all.
  static Status create(const std::string& folder, const CollectionInfo& info);
  /// Falls back to reading only where the folder may not be written.
  static Result<Catalogue> open(const std::string& folder);

  /// Gives a catalogue of an older version what this one adds. Called by whoever is about to change it.
  Status bring_up_to_date() const;
  /// Names in `problems` every photograph and fact whose values are not those it was written with. Nothing in a
  /// catalogue of version 1, which has no digests.
  Status check_digests(std::vector<std::string>* problems) const;

  const Sqlite& database() const { return db_; }
  Result<CollectionInfo> info() const;

  Result<std::vector<SegmentInfo>> segments() const;
  Result<int64_t> next_segment() const;
  Result<std::vector<BatchInfo>> batches() const;
  Status each_image(const std::function<void(StoredImage&&)>& visit) const;
  Result<int64_t> count() const { return db_.integer("SELECT count(*) FROM images"); }

  /// Declares rows that were appended.
  Status add_batch(const BatchInfo& batch, bool new_segment) const;
  /// A new photograph (image.id 0), or a new state of a known one.
  Status put_image(const StoredImage& stored) const;
  /// Only size, time and device: the content is the same.
  Status touch_image(int64_t id, uint64_t size_bytes, int64_t mtime_ns, int64_t device) const;
  Status remove_image(int64_t id) const;
  /// Forgets the segments with a lower number; no image may lie in one any more.
  Status drop_segments_before(int64_t first_kept) const;

  /// Small facts by name; empty when there is none.
  Result<std::string> fact(const std::string& name) const;
  Status set_fact(const std::string& name, const std::string& value) const;

  Result<PlaceLabels> place_labels() const;
  Status set_place_labels(const PlaceLabels& labels) const;

 private:
  explicit Catalogue(Sqlite db) : db_(std::move(db)) {}
  Result<std::string> digest_of_facts() const;
  /// What was said of a known photo holds for its new content too.
  Status keep_labels(const StoredImage& changed) const;
  Sqlite db_;
};

}  // namespace loci
