// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "chance.h"

#include "loci/index/index.h"
#include "loci/place/place_db.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace loci {

/// One committed state of a collection, held in memory: the catalogue's images, the mapped rows,
/// indexes made of them when first asked for. Files that are replaced meanwhile stay mapped, so
/// nothing that loci does to the folder disturbs it; for what others do in place there is intact().
/// Threads: const members are safe from many threads
class Snapshot {
 public:
  /// Reads one state.
  static Result<std::shared_ptr<const Snapshot>> load(const Catalogue& catalogue,
                                                      const SegmentFormat& format);

  const std::vector<PlaceImage>& images() const { return images_; }  ///< by rising id
  const ChanceModel& chance() const { return chance_; }
  /// Of an image by its position in images().
  std::span<const float> descriptor_of(size_t position) const {
    return row(row_of_image_[position]);
  }
  /// Corrupt once a segment was cut short or overwritten in its place: then what was computed from rows is not to be
  /// used.
  Status intact() const;
  /// Nothing that a user could see differs.
  bool same_state(const Snapshot& other) const;
  /// What chance gives a query with this descriptor; chance().judge() says how a score stands to it.
  ChanceFit chance_for(std::span<const float> query) const;
  const PlaceImage* find(int64_t id) const;
  std::span<const float> descriptor(const PlaceImage& image) const;
  const std::vector<size_t>& cohort() const { return cohort_; }
  /// The image of a row as an index counts them, or null for rows that no image uses any more.
  const PlaceImage* image_of_row(int64_t row) const;
  Result<std::shared_ptr<const Index>> index(const IndexOptions& options) const;
  /// Hits of live rows only, and none of the image at the path `leave_out` (may be empty).
  Result<std::vector<Hit>> search(std::span<const float> query,
                                  int k,
                                  const IndexOptions& options,
                                  const std::string& leave_out) const;

 private:
  Snapshot() = default;
  std::span<const float> row(int64_t number) const;
  void choose_cohort();
  int64_t dim_ = 0;
  std::vector<PlaceImage> images_;
  std::vector<int64_t> row_of_image_;  // by position in images_
  std::vector<int64_t> image_of_row_;  // position in images_, or -1
  std::vector<OpenSegmentFile> files_;
  RowBlocks blocks_;
  std::vector<int64_t> first_row_;    // of each block
  std::vector<int64_t> segment_ids_;  // of each block
  ChanceModel chance_;
  std::vector<size_t> cohort_;  // positions in images_ that a query is compared with for judge()
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Index>> indexes_;
};

}  // namespace loci
