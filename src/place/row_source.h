// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "segment.h"

#include <map>
#include <span>
#include <vector>

namespace loci {

/// The rows of a collection to be copied: its segments, mapped and compared with their digests,
/// since a damaged row must not get a new digest that fits it.
class RowSource {
 public:
  /// Maps the segments. Within a read transaction of the catalogue they all exist; mapped, they
  /// stay whatever happens to the folder. `images` by segment and row.
  /// Errors:  Corrupt where an image names a row that no segment has
  static Result<RowSource> map(const SegmentFormat& format,
                               const std::vector<SegmentInfo>& segments,
                               const std::vector<BatchInfo>& batches,
                               const std::vector<StoredImage>& images);
  /// Reads every batch that holds a row of `images`. Corrupt where a digest differs.
  Status check(const std::vector<StoredImage>& images) const;
  /// Corrupt where a segment was cut short or overwritten since: copied rows are not to be declared then.
  Status intact() const;

  std::span<const float> row(const StoredImage& stored) const {
    return rows_.at(stored.segment).row(stored.row);
  }

 private:
  SegmentFormat format_;
  std::vector<BatchInfo> batches_;
  std::vector<OpenSegmentFile> files_;
  std::map<int64_t, ConstMatrixView> rows_;
};

/// By segment and row.
void sort_by_row(std::vector<StoredImage>* images);

/// All photos of a collection with their rows.
struct StoredRows {
  std::vector<StoredImage> images;  ///< by segment and row
  RowSource rows;
};
/// Within a read transaction of the catalogue or its write lock: compact() then removes nothing that
/// is not mapped yet. RowSource::check() is left to the caller.
Result<StoredRows> read_stored_rows(const Catalogue& catalogue, const SegmentFormat& format);

}  // namespace loci
