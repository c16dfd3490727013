// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "batch_writer.h"
#include "collection.h"
#include "kept_writer.h"
#include "moved.h"
#include "photo_facts.h"
#include "side_facts.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr uint64_t kMaxPhotoBytes = uint64_t{1} << 30;

Status forget(const Catalogue& catalogue, const std::vector<int64_t>& ids) {
  if (ids.empty()) return {};
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  for (const int64_t id : ids) LOCI_RETURN_IF_ERROR(catalogue.remove_image(id));
  return transaction.commit();
}

/// Files whose time changed but whose content did not (copied back, touched) need no new
/// descriptor: reads them all, updates the catalogue, and leaves the really changed ones in
/// `files`. Returns how many were the same.
Result<int64_t> settle_touched(const Catalogue& catalogue,
                               const std::unordered_map<int64_t, std::string>& digests,
                               int num_threads,
                               std::vector<FoundFile>& files,
                               const JobControl& job) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].same_size) candidates.push_back(i);
  }
  if (candidates.empty()) return 0;
  std::vector<char> same(files.size(), 0);
  constexpr int64_t kChunk = 256;
  for (size_t begin = 0; begin < candidates.size(); begin += kChunk) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("comparing", static_cast<int64_t>(begin), static_cast<int64_t>(candidates.size()));
    const auto count = static_cast<int64_t>(std::min<size_t>(kChunk, candidates.size() - begin));
    parallel_for(count, 1, num_threads, [&](int64_t from, int64_t to) {
      for (int64_t c = from; c < to; ++c) {
        const size_t i = candidates[begin + static_cast<size_t>(c)];
        const auto bytes = read_file(files[i].path, kMaxPhotoBytes);
        same[i] = bytes.ok() && sha256_hex(*bytes) == digests.at(files[i].id);
      }
    });
  }
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  std::vector<FoundFile> rest;
  int64_t settled = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    if (same[i] == 0) {
      rest.push_back(std::move(files[i]));
      continue;
    }
    LOCI_RETURN_IF_ERROR(catalogue.touch_image(
        files[i].id, files[i].size_bytes, files[i].mtime_ns, files[i].device));
    ++settled;
  }
  LOCI_RETURN_IF_ERROR(transaction.commit());
  files = std::move(rest);
  return settled;
}

/// Describes the files and saves them batch by batch.
Status describe_all(KeptWriter& features,
                    BatchWriter& writer,
                    const std::vector<FoundFile>& files,
                    int num_threads,
                    IndexReport& report,
                    const JobControl& job) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const FoundFile& file : files) paths.push_back(file.path);
  const auto total = static_cast<int64_t>(files.size());
  int64_t added = 0, updated = 0;
  Status trouble;
  const auto take = [&](size_t i, DescribedImage&& described) {
    if (!described.status.ok()) {
      report.failed.push_back({.image = files[i].path, .error = std::move(described.status)});
    } else {
      trouble = features.add(described);
      if (trouble.ok())
        trouble = writer.add(stored_photo(files[i], described), std::move(described.descriptor));
      ++(files[i].id == 0 ? added : updated);
    }
    job.progress("describing", static_cast<int64_t>(i) + 1, total);
    return trouble.ok();
  };
  job.progress("describing", 0, total);
  const Status described = features.describe_files()(paths, num_threads, take, job);
  if (trouble.ok()) trouble = features.flush();
  if (trouble.ok()) trouble = writer.flush();
  if (!trouble.ok()) {
    return trouble.with_context(
        std::to_string(writer.saved()) + " of " + std::to_string(added + updated) +
        " described photographs are saved, and indexing again goes on from there");
  }
  report.added = added;
  report.updated = updated;
  return described;
}

}  // namespace

Result<KnownFiles> known_files(const Catalogue& catalogue) {
  KnownFiles known;
  LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
    const KnownFile file{.id = stored.image.id,
                         .size_bytes = stored.image.size_bytes,
                         .mtime_ns = stored.image.mtime_ns,
                         .device = stored.device};
    known.emplace(std::move(stored.image.path), file);
  }));
  return known;
}

Result<IndexReport> Collection::update(const std::vector<std::string>& paths,
                                       const UpdateOptions& options,
                                       const JobControl& job) {
  const std::lock_guard writing(write_mutex_);
  LOCI_TRY(lock, WriteLock::acquire(lock_path(), options.max_wait_s, job));
  LOCI_TRY(catalogue, Catalogue::open(folder_));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  LOCI_TRY(features, KeptWriter::open(folder_, stage_, options.keep_features));
  IndexReport report;
  std::unordered_map<int64_t, std::string> digests;
  const auto interrupted = [&](const Status& status) {
    report.interrupted = status.code() == Code::kCancelled;
    return report.interrupted;
  };
  const auto finish = [&]() -> Result<IndexReport> {
    LOCI_TRY(count, catalogue.count());
    report.total = count;
    forget_snapshot();
    return report;
  };

  LOCI_TRY(known, known_files(catalogue));
  job.progress("looking for photographs", 0, 0);
  Result<Scan> scanned =
      scan_paths(paths, known, options.follow_links ? Links::kAll : Links::kWithin, job);
  if (!scanned.ok() && interrupted(scanned.status())) return finish();
  LOCI_TRY(scan, std::move(scanned));
  for (const std::string& note : scan.notes) job.message(note);
  report.failed = std::move(scan.failed);
  report.unchanged = scan.unchanged;
  const Result<int64_t> moved = settle_moved(catalogue, known, options.num_threads, scan, job);
  if (!moved.ok() && interrupted(moved.status())) return finish();
  LOCI_RETURN_IF_ERROR(moved.status());
  report.moved = *moved;
  LOCI_TRY(refreshed, refresh_side_facts(catalogue, known, scan));
  report.passed = std::move(scan.passed);

  LOCI_TRY(segments, catalogue.segments());
  LOCI_TRY(next_segment, catalogue.next_segment());
  LOCI_TRY(appender,
           SegmentAppender::open(format_, segments, next_segment, stage_.max_segment_bytes));
  if (options.remove_missing) {
    LOCI_RETURN_IF_ERROR(forget(catalogue, scan.gone));
    report.removed = static_cast<int64_t>(scan.gone.size());
  }
  if (std::any_of(scan.to_describe.begin(), scan.to_describe.end(), [](const FoundFile& f) {
        return f.same_size;
      })) {
    LOCI_RETURN_IF_ERROR(catalogue.each_image([&](StoredImage&& stored) {
      digests.emplace(stored.image.id, std::move(stored.image.sha256));
    }));
  }
  const Result<int64_t> settled =
      settle_touched(catalogue, digests, options.num_threads, scan.to_describe, job);
  if (!settled.ok() && interrupted(settled.status())) return finish();
  LOCI_RETURN_IF_ERROR(settled.status());
  report.unchanged += *settled;

  if (!scan.to_describe.empty()) {
    BatchWriter writer(stage_, catalogue, std::move(appender));
    const Status done =
        describe_all(features, writer, scan.to_describe, options.num_threads, report, job);
    if (!done.ok() && !interrupted(done)) {
      forget_snapshot();
      return done;
    }
  }
  report.updated += refreshed;
  report.unchanged -= std::min(refreshed, report.unchanged);
  if (!report.interrupted) LOCI_RETURN_IF_ERROR(calibrate(catalogue, job));
  return finish();
}

}  // namespace loci
