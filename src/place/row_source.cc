// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "row_source.h"

#include "verify.h"

#include "loci/base/text.h"

#include <algorithm>
#include <utility>

namespace loci {
namespace {

/// Batches that no photograph uses any more are left behind whatever they hold.
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

}  // namespace

void sort_by_row(std::vector<StoredImage>* images) {
  std::sort(images->begin(), images->end(), [](const StoredImage& a, const StoredImage& b) {
    return std::pair(a.segment, a.row) < std::pair(b.segment, b.row);
  });
}

Result<RowSource> RowSource::map(const SegmentFormat& format,
                                 const std::vector<SegmentInfo>& segments,
                                 const std::vector<BatchInfo>& batches,
                                 const std::vector<StoredImage>& images) {
  LOCI_RETURN_IF_ERROR(check_batches(segments, batches));
  RowSource source;
  source.format_ = format;
  source.batches_ = batches;
  for (const SegmentInfo& segment : segments) {
    LOCI_TRY(file, format.map(segment.id, segment.rows));
    source.rows_.emplace(segment.id, format.rows(file, segment.rows));
    source.files_.emplace_back(std::move(file));
  }
  for (const StoredImage& i : images) {
    const auto it = source.rows_.find(i.segment);
    if (it == source.rows_.end() || i.row < 0 || i.row >= it->second.rows()) {
      return corrupt(printable(i.image.path) +
                     ": its descriptor is in no segment; verify the collection");
    }
  }
  return source;
}

Status RowSource::intact() const {
  for (const OpenSegmentFile& file : files_) LOCI_RETURN_IF_ERROR(file.intact());
  return {};
}

Status RowSource::check(const std::vector<StoredImage>& images) const {
  for (const BatchInfo& batch : batches_) {
    if (!in_use(batch, images)) continue;
    if (batch_digest(rows_.at(batch.segment), batch) != batch.sha256) {
      return corrupt(printable(format_.path(batch.segment)) +
                     ": rows do not have the digest they were written with; nothing was changed. "
                     "Verify the collection");
    }
  }
  return {};
}

Result<StoredRows> read_stored_rows(const Catalogue& catalogue, const SegmentFormat& format) {
  LOCI_TRY(segments, catalogue.segments());
  LOCI_TRY(batches, catalogue.batches());
  StoredRows stored;
  LOCI_RETURN_IF_ERROR(catalogue.each_image(
      [&](StoredImage&& image) { stored.images.push_back(std::move(image)); }));
  sort_by_row(&stored.images);
  LOCI_TRY(rows, RowSource::map(format, segments, batches, stored.images));
  stored.rows = std::move(rows);
  return stored;
}

}  // namespace loci
