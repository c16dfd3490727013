// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"
#include "verify.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>

namespace loci {
namespace {

constexpr int64_t kCopyBytes = int64_t{8} << 20;

/// Batches that no photograph uses any more are left behind whatever they hold. `images` by segment
/// and row.
bool in_use(const BatchInfo& batch, const std::vector<StoredImage>& images) {
  const auto first =
      std::lower_bound(images.begin(),
                       images.end(),
                       std::pair(batch.segment, batch.first_row),
                       [](const StoredImage& i, const std::pair<int64_t, int64_t>& at) {
                         return std::pair(i.segment, i.row) < at;
                       });
  return first != images.end() && first->segment == batch.segment &&
         first->row < batch.first_row + batch.rows;
}

/// The old segments, mapped and compared with their digests: a damaged row must not get a new
/// digest that fits it.
class Source {
 public:
  static Result<Source> open(const SegmentFormat& format,
                             const std::vector<SegmentInfo>& segments,
                             const std::vector<BatchInfo>& batches,
                             const std::vector<StoredImage>& images) {
    LOCI_RETURN_IF_ERROR(check_batches(segments, batches));
    Source source;
    for (const SegmentInfo& segment : segments) {
      LOCI_TRY(file, format.map(segment.id, segment.rows));
      source.rows_.emplace(segment.id, format.rows(file, segment.rows));
      source.files_.push_back(std::move(file));
    }
    for (const StoredImage& i : images) {
      const auto it = source.rows_.find(i.segment);
      if (it == source.rows_.end() || i.row < 0 || i.row >= it->second.rows()) {
        return corrupt(printable(i.image.path) +
                       ": its descriptor is in no segment; verify the collection");
      }
    }
    for (const BatchInfo& batch : batches) {
      if (!in_use(batch, images)) continue;
      if (batch_digest(source.rows_.at(batch.segment), batch) != batch.sha256) {
        return corrupt(printable(format.path(batch.segment)) +
                       ": rows do not have the digest they were written with; nothing was changed. "
                       "Verify the collection");
      }
    }
    return source;
  }
  std::span<const float> row(const StoredImage& stored) const {
    return rows_.at(stored.segment).row(stored.row);
  }

 private:
  std::vector<MappedFile> files_;
  std::map<int64_t, ConstMatrixView> rows_;
};

}  // namespace

Status Collection::compact() {
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), -1, {}));
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_TRY(old_segments, catalogue.segments());
  LOCI_TRY(old_batches, catalogue.batches());
  LOCI_TRY(first_new, catalogue.next_segment());
  std::vector<StoredImage> images;
  LOCI_RETURN_IF_ERROR(
      catalogue.each_image([&](StoredImage&& stored) { images.push_back(std::move(stored)); }));
  remove_stray_segments(format_, old_segments);
  std::sort(images.begin(), images.end(), [](const StoredImage& a, const StoredImage& b) {
    return std::pair(a.segment, a.row) < std::pair(b.segment, b.row);
  });
  LOCI_TRY(source, Source::open(format_, old_segments, old_batches, images));

  // New files under new numbers beside the old ones: until the one transaction below nobody knows
  // them.
  LOCI_TRY(appender, SegmentAppender::open_new(format_, first_new, stage_.max_segment_bytes));
  struct Written {
    BatchInfo batch;
    bool new_segment;
  };
  std::vector<Written> written;
  std::vector<float> values;
  const auto rows_a_copy = static_cast<size_t>(
      std::max<int64_t>(1, kCopyBytes / static_cast<int64_t>(format_.row_bytes())));
  for (size_t begin = 0; begin < images.size(); begin += rows_a_copy) {
    const size_t end = std::min(images.size(), begin + rows_a_copy);
    values.clear();
    for (size_t i = begin; i < end; ++i) {
      const std::span<const float> row = source.row(images[i]);
      values.insert(values.end(), row.begin(), row.end());
    }
    LOCI_TRY(place, appender.append(values));
    stage_.reached("compacted rows written");
    const std::span bytes(reinterpret_cast<const uint8_t*>(values.data()),
                          values.size() * sizeof(float));
    written.push_back({.batch = {.segment = place.segment,
                                 .first_row = place.first_row,
                                 .rows = static_cast<int64_t>(end - begin),
                                 .sha256 = sha256_hex(bytes)},
                       .new_segment = place.new_segment});
    for (size_t i = begin; i < end; ++i) {
      images[i].segment = place.segment;
      images[i].row = place.first_row + static_cast<int64_t>(i - begin);
    }
  }
  {
    LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
    for (const Written& w : written)
      LOCI_RETURN_IF_ERROR(catalogue.add_batch(w.batch, w.new_segment));
    for (const StoredImage& i : images)
      LOCI_RETURN_IF_ERROR(catalogue.move_image(i.image.id, i.segment, i.row));
    LOCI_RETURN_IF_ERROR(catalogue.drop_segments_before(first_new));
    stage_.reached("compaction declared");
    LOCI_RETURN_IF_ERROR(transaction.commit());
  }
  stage_.reached("compaction committed");
  LOCI_TRY(segments, catalogue.segments());
  remove_stray_segments(format_, segments);
  forget_snapshot();
  (void)catalogue.database().exec(
      "VACUUM");  // smaller, not other: a full disk does not matter here
  return {};
}

}  // namespace loci
