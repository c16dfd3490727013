// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A new catalogue for segments that have lost theirs.
#include "collection.h"
#include "own_file.h"
#include "photo_facts.h"
#include "verify.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace loci {
namespace {

/// The same photograph described twice by the same model; another precision or processor changes the last digits.
constexpr float kSameDescriptor = 0.9995f;
constexpr int kCandidates = 8;  // copies of one photograph have the same descriptor

/// The segments that are there with all rows that their files have room for. The last rows of a file may be from an
/// interrupted run: no photograph gets those.
struct OldRows {
  std::vector<SegmentInfo> segments;
  std::vector<MappedFile> files;
  RowBlocks blocks;
  int64_t total = 0;

  /// The segment and row of a row counted through all segments.
  std::pair<int64_t, int64_t> place(int64_t row) const {
    size_t block = 0;
    while (row >= segments[block].rows) row -= segments[block++].rows;
    return {segments[block].id, row};
  }
};

Result<OldRows> map_segments(const SegmentFormat& format) {
  std::vector<int64_t> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator it(format.folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.ends_with(".seg")) continue;
    if (const auto id = parse_int(name.substr(0, name.size() - 4)); id && *id > 0)
      ids.push_back(*id);
  }
  if (error) return io_error(printable(format.folder) + ": cannot be read", error.value());
  std::sort(ids.begin(), ids.end());
  OldRows old;
  for (const int64_t id : ids) {
    LOCI_TRY(info, file_info(format.path(id)));
    if (info.size <= SegmentFormat::kHeaderBytes) continue;
    const auto rows =
        static_cast<int64_t>((info.size - SegmentFormat::kHeaderBytes) / format.row_bytes());
    LOCI_TRY(file, format.map(id, rows));
    if (rows == 0) continue;
    old.segments.push_back({.id = id, .rows = rows});
    old.blocks.push_back(format.rows(file, rows));
    old.files.push_back(std::move(file));
    old.total += rows;
  }
  if (old.total == 0)
    return not_found(printable(format.folder) +
                     ": holds no descriptors to recover; index the photographs");
  return old;
}

/// Rows for photographs: each of the old ones for at most one, new ones in a segment of their own.
class Assignment {
 public:
  Assignment(const OldRows& old, std::unique_ptr<Index> index, SegmentAppender appender)
      : old_(old),
        index_(std::move(index)),
        appender_(std::move(appender)),
        taken_(static_cast<size_t>(old.total), 0) {}

  Status add(StoredImage stored, const std::vector<float>& descriptor, RecoverReport* report) {
    const auto dim = static_cast<int64_t>(descriptor.size());
    const auto hits = index_->search(
        ConstMatrixView(descriptor.data(), 1, dim), kCandidates, 1, [&](int64_t row) {
          return taken_[static_cast<size_t>(row)] == 0;
        });
    if (!hits.front().empty() && hits.front().front().score >= kSameDescriptor) {
      const int64_t row = hits.front().front().id;
      taken_[static_cast<size_t>(row)] = 1;
      std::tie(stored.segment, stored.row) = old_.place(row);
      ++report->matched;
    } else {
      LOCI_TRY(place, appender_.append(descriptor));
      const std::span bytes(reinterpret_cast<const uint8_t*>(descriptor.data()),
                            descriptor.size() * sizeof(float));
      batches_.push_back({{.segment = place.segment,
                           .first_row = place.first_row,
                           .rows = 1,
                           .sha256 = sha256_hex(bytes)},
                          place.new_segment});
      stored.segment = place.segment;
      stored.row = place.first_row;
      ++report->added;
    }
    images_.push_back(std::move(stored));
    return {};
  }

  /// Writes everything into an empty catalogue.
  Status declare(const Catalogue& catalogue) const {
    LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
    for (size_t i = 0; i < old_.segments.size(); ++i) {
      BatchInfo batch{.segment = old_.segments[i].id,
                      .first_row = 0,
                      .rows = old_.segments[i].rows,
                      .sha256 = {}};
      batch.sha256 = batch_digest(old_.blocks[i], batch);
      LOCI_RETURN_IF_ERROR(old_.files[i].intact());
      LOCI_RETURN_IF_ERROR(catalogue.add_batch(batch, true));
    }
    for (const auto& [batch, fresh] : batches_)
      LOCI_RETURN_IF_ERROR(catalogue.add_batch(batch, fresh));
    for (const StoredImage& stored : images_) LOCI_RETURN_IF_ERROR(catalogue.put_image(stored));
    return transaction.commit();
  }

 private:
  const OldRows& old_;
  const std::unique_ptr<Index> index_;
  SegmentAppender appender_;
  std::vector<char> taken_;
  std::vector<StoredImage> images_;
  std::vector<std::pair<BatchInfo, bool>> batches_;
};

}  // namespace

Result<RecoverReport> Collection::recover(const std::string& folder,
                                          Stage stage,
                                          const std::vector<std::string>& paths,
                                          const UpdateOptions& options,
                                          const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check_own_files(folder));
  LOCI_TRY(lock, WriteLock::acquire(folder + "/lock", options.max_wait_s, job));
  if (PlaceDb::exists(folder)) {
    return invalid_argument(printable(folder) +
                            ": has its catalogue; 'loci index' brings it up to date");
  }
  SegmentFormat format{
      .folder = folder + "/segments", .dim = stage.dim, .fingerprint = stage.model->fingerprint};
  LOCI_TRY(old, map_segments(format));
  LOCI_TRY(index, make_flat_index(old.blocks, stage.dim, Storage::kFloat32));
  LOCI_TRY(appender,
           SegmentAppender::open_new(format, old.segments.back().id + 1, stage.max_segment_bytes));
  Assignment assignment(old, std::move(index), std::move(appender));

  LOCI_TRY(scan, scan_paths(paths, {}, options.follow_links ? Links::kAll : Links::kWithin, job));
  RecoverReport report{.rows = old.total, .matched = 0, .added = 0, .failed = {}};
  report.failed = std::move(scan.failed);
  std::vector<std::string> files;
  for (const FoundFile& file : scan.to_describe) files.push_back(file.path);
  Status trouble;
  const auto take = [&](size_t i, DescribedImage&& described) {
    if (!described.status.ok()) {
      report.failed.push_back({.image = files[i], .error = std::move(described.status)});
    } else {
      trouble = assignment.add(
          stored_photo(scan.to_describe[i], described), described.descriptor, &report);
    }
    job.progress("describing", static_cast<int64_t>(i) + 1, static_cast<int64_t>(files.size()));
    return trouble.ok();
  };
  LOCI_RETURN_IF_ERROR(stage.describe_files(files, options.num_threads, take, job));
  LOCI_RETURN_IF_ERROR(trouble);

  // Beside the segments, so that it can be put in place at once and complete.
  const std::string beside = folder + "/catalogue.sqlite.new.recovered";
  std::error_code ignored;
  std::filesystem::remove_all(beside, ignored);
  LOCI_RETURN_IF_ERROR(make_folders(beside));
  const CollectionInfo info{.dim = stage.dim,
                            .fingerprint = stage.model->fingerprint,
                            .model_name = stage.model->spec.name};
  LOCI_RETURN_IF_ERROR(Catalogue::create(beside, info));
  {
    LOCI_TRY(catalogue, Catalogue::open(beside));
    LOCI_RETURN_IF_ERROR(assignment.declare(catalogue));
  }
  if (std::rename(Catalogue::path_in(beside).c_str(), Catalogue::path_in(folder).c_str()) != 0)
    return io_error(printable(Catalogue::path_in(folder)) + ": cannot be put in place", errno);
  LOCI_RETURN_IF_ERROR(sync_folder(folder));
  std::filesystem::remove_all(beside, ignored);
  LOCI_TRY(collection, Collection::open(folder, std::move(stage)));
  LOCI_TRY(catalogue, Catalogue::open(folder));
  LOCI_RETURN_IF_ERROR(collection->calibrate(catalogue, job));
  return report;
}

Result<RecoverReport> PlaceDb::recover(const std::string& folder,
                                       const std::vector<std::string>& paths,
                                       const UpdateOptions& options,
                                       const JobControl& job,
                                       const DescribeOptions& describe) {
  LOCI_TRY(path, normal_path(folder));
  LOCI_RETURN_IF_ERROR(check_own_files(path));
  LOCI_TRY(model, load_model(model_file_in(path)));
  LOCI_TRY(stage, make_stage(std::move(model), describe));
  return Collection::recover(path, std::move(stage), paths, options, job);
}

}  // namespace loci
