// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "batch_writer.h"
#include "collection.h"
#include "row_source.h"

#include "loci/base/text.h"

#include <filesystem>
#include <unordered_map>

namespace loci {
namespace {

/// One state of the other collection.
struct Other : StoredRows {
  PlaceLabels labels;
};

/// What was said of places there is said here too.
Status take_labels(const Catalogue& catalogue, const PlaceLabels& theirs) {
  if (theirs.empty()) return {};
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  LOCI_TRY(labels, catalogue.place_labels());
  add_labels(&labels, theirs);
  LOCI_RETURN_IF_ERROR(catalogue.set_place_labels(labels));
  return transaction.commit();
}

Result<Other> read_other(const std::string& folder, const SegmentFormat& ours) {
  LOCI_TRY(catalogue, Catalogue::open(folder));
  LOCI_TRY(info, catalogue.info());
  if (info.fingerprint != ours.fingerprint || info.dim != ours.dim) {
    return invalid_argument(
        printable(folder) + ": was made with the model '" + printable(info.model_name) + "' (" +
        info.fingerprint.substr(0, 12) + "), this collection with " +
        ours.fingerprint.substr(0, 12) +
        "; descriptors of different models cannot be compared. Index its photographs again with "
        "the same --model file");
  }
  SegmentFormat format = ours;
  format.folder = folder + "/segments";
  // As long as this is open, compact() of theirs removes nothing that is not mapped yet.
  LOCI_TRY(transaction, Transaction::begin_read(catalogue.database()));
  LOCI_TRY(stored, read_stored_rows(catalogue, format));
  LOCI_TRY(labels, catalogue.place_labels());
  return Other{{std::move(stored)}, std::move(labels)};
}

/// What is here under a path.
struct Ours {
  int64_t id = 0;
  int64_t mtime_ns = 0;
  std::string sha256;
};

}  // namespace

Result<MergeReport> Collection::merge(const std::string& other_folder, const JobControl& job) {
  LOCI_TRY(path, normal_path(other_folder));
  std::error_code ignored;
  if (std::filesystem::equivalent(path, folder_, ignored))
    return invalid_argument(printable(path) + ": a collection is not merged with itself");
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), -1, job));
  LOCI_TRY(other, read_other(path, format_));
  LOCI_RETURN_IF_ERROR(other.rows.check(other.images));

  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  std::unordered_map<std::string, Ours> known;
  LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
    known.emplace(std::move(stored.image.path),
                  Ours{stored.image.id, stored.image.mtime_ns, std::move(stored.image.sha256)});
  }));
  LOCI_TRY(segments, catalogue.segments());
  LOCI_TRY(next_segment, catalogue.next_segment());
  LOCI_TRY(appender,
           SegmentAppender::open(format_, segments, next_segment, stage_.max_segment_bytes));
  BatchWriter writer(stage_, catalogue, std::move(appender));
  writer.set_check([&] { return other.rows.intact(); });

  MergeReport report;
  const auto total = static_cast<int64_t>(other.images.size());
  for (int64_t i = 0; i < total; ++i) {
    if (job.cancelled()) {
      LOCI_RETURN_IF_ERROR(writer.flush());
      forget_snapshot();
      return cancelled("stopped on request; what is copied is saved, merging again goes on");
    }
    StoredImage stored = other.images[static_cast<size_t>(i)];
    const auto row = other.rows.row(stored);
    const auto ours = known.find(stored.image.path);
    stored.image.id = ours == known.end() ? 0 : ours->second.id;
    if (ours == known.end()) {
      ++report.added;
    } else if (ours->second.sha256 == stored.image.sha256) {
      ++report.unchanged;
      continue;
    } else if (ours->second.mtime_ns >= stored.image.mtime_ns) {
      ++report.kept;
      continue;
    } else {
      ++report.replaced;
    }
    LOCI_RETURN_IF_ERROR(writer.add(std::move(stored), std::vector<float>(row.begin(), row.end())));
    job.progress("merging", i + 1, total);
  }
  LOCI_RETURN_IF_ERROR(writer.flush());
  LOCI_RETURN_IF_ERROR(copy_features(path));
  LOCI_RETURN_IF_ERROR(take_labels(catalogue, other.labels));
  if (report.added + report.replaced > 0) LOCI_RETURN_IF_ERROR(calibrate(catalogue, job));
  LOCI_TRY(count, catalogue.count());
  report.total = count;
  forget_snapshot();
  return report;
}

}  // namespace loci
