// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"
#include "row_source.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"

#include <algorithm>

namespace loci {
namespace {

constexpr int64_t kCopyBytes = int64_t{8} << 20;

}  // namespace

Result<RowCounts> Collection::row_counts() const {
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_TRY(segments, catalogue.segments());
  LOCI_TRY(in_use, catalogue.count());
  RowCounts counts{.rows = 0, .in_use = in_use};
  for (const SegmentInfo& segment : segments) counts.rows += segment.rows;
  return counts;
}

Status Collection::compact(double max_wait_s) {
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), max_wait_s, {}));
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  LOCI_TRY(old_segments, catalogue.segments());
  LOCI_TRY(old_batches, catalogue.batches());
  LOCI_TRY(first_new, catalogue.next_segment());
  std::vector<StoredImage> images;
  LOCI_RETURN_IF_ERROR(
      catalogue.each_image([&](StoredImage&& stored) { images.push_back(std::move(stored)); }));
  remove_stray_segments(format_, old_segments);
  sort_by_row(&images);
  LOCI_TRY(source, RowSource::map(format_, old_segments, old_batches, images));
  LOCI_RETURN_IF_ERROR(source.check(images));

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
  LOCI_RETURN_IF_ERROR(source.intact());
  {
    LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
    for (const Written& w : written)
      LOCI_RETURN_IF_ERROR(catalogue.add_batch(w.batch, w.new_segment));
    for (const StoredImage& i : images) LOCI_RETURN_IF_ERROR(catalogue.put_image(i));
    LOCI_RETURN_IF_ERROR(catalogue.drop_segments_before(first_new));
    stage_.reached("compaction declared");
    LOCI_RETURN_IF_ERROR(transaction.commit());
  }
  stage_.reached("compaction committed");
  LOCI_TRY(segments, catalogue.segments());
  remove_stray_segments(format_, segments);
  if (KeptStore::exists(folder_)) {
    LOCI_TRY(kept, KeptStore::open_or_create(folder_, base_fingerprint(*stage_.model)));
    std::vector<std::string> used;
    for (const StoredImage& stored : images) used.push_back(stored.image.sha256);
    LOCI_RETURN_IF_ERROR(kept.keep_only(used));
  }
  forget_snapshot();
  (void)catalogue.database().exec(
      "VACUUM");  // smaller, not other: a full disk does not matter here
  return {};
}

}  // namespace loci
