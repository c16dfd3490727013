// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"

#include <filesystem>
#include <unistd.h>

namespace loci {
namespace {

constexpr size_t kBatch = 256;

/// A file that a relearning leaves until the catalogue names its model.
std::string next_model_file_in(const std::string& folder) {
  return model_file_in(folder) + ".next";
}

struct NewRows {
  std::vector<BatchInfo> batches;
  std::vector<bool> starts_segment;
};

/// Writes descriptors of the new model to segments of their own, and where each photo's is.
class RowWriter {
 public:
  RowWriter(SegmentAppender appender, std::vector<StoredImage>& images)
      : appender_(std::move(appender)), images_(images) {}

  Status add(size_t i, std::span<const float> descriptor) {
    waiting_.push_back(i);
    values_.insert(values_.end(), descriptor.begin(), descriptor.end());
    return waiting_.size() < kBatch ? Status() : flush();
  }
  Status flush() {
    if (waiting_.empty()) return {};
    LOCI_TRY(place, appender_.append(values_));
    const std::span bytes(reinterpret_cast<const uint8_t*>(values_.data()),
                          values_.size() * sizeof(float));
    rows.batches.push_back({.segment = place.segment,
                            .first_row = place.first_row,
                            .rows = std::ssize(waiting_),
                            .sha256 = sha256_hex(bytes)});
    rows.starts_segment.push_back(place.new_segment);
    for (size_t n = 0; n < waiting_.size(); ++n) {
      images_[waiting_[n]].segment = place.segment;
      images_[waiting_[n]].row = place.first_row + static_cast<int64_t>(n);
    }
    waiting_.clear();
    values_.clear();
    return {};
  }

  NewRows rows;

 private:
  SegmentAppender appender_;
  std::vector<StoredImage>& images_;
  std::vector<size_t> waiting_;
  std::vector<float> values_;
};

Status declare(const Catalogue& catalogue,
               const Stage& stage,
               const NewRows& rows,
               const std::vector<StoredImage>& images,
               int64_t first_new) {
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  LOCI_RETURN_IF_ERROR(catalogue.set_fact("dim", std::to_string(stage.dim)));
  LOCI_RETURN_IF_ERROR(catalogue.set_fact("fingerprint", stage.model->fingerprint));
  LOCI_RETURN_IF_ERROR(catalogue.set_fact("model_name", stage.model->spec.name));
  for (size_t b = 0; b < rows.batches.size(); ++b)
    LOCI_RETURN_IF_ERROR(catalogue.add_batch(rows.batches[b], rows.starts_segment[b]));
  for (const StoredImage& i : images) LOCI_RETURN_IF_ERROR(catalogue.put_image(i));
  LOCI_RETURN_IF_ERROR(catalogue.drop_segments_before(first_new));
  stage.reached("relearning declared");
  return transaction.commit();
}

Status cannot_describe(const std::string& folder, const std::vector<FailedImage>& failed) {
  return invalid_argument(
      format("%s: %zu of its photos cannot be read, so they cannot be described again; the "
             "collection stays as it is. Bring them back, or take them out with 'loci remove'; "
             "the first: ",
             printable(folder).c_str(),
             failed.size()) +
      failed.front().error.message());
}

}  // namespace

MakeRows describe_again(const Stage& stage, int num_threads, const JobControl& job) {
  return [&stage, num_threads, job](const std::vector<StoredImage>& images,
                                    const TakeRow& take,
                                    std::vector<FailedImage>* failed) {
    std::vector<std::string> paths;
    for (const StoredImage& stored : images) paths.push_back(stored.image.path);
    Status trouble;
    const Status described = stage.describe_files(
        paths,
        num_threads,
        [&](size_t i, DescribedImage&& photo) {
          if (photo.status.ok()) {
            trouble = take(i, photo.descriptor);
          } else {
            failed->push_back({paths[i], std::move(photo.status)});
          }
          job.progress("describing again", static_cast<int64_t>(i) + 1, std::ssize(paths));
          return trouble.ok();
        },
        job);
    return trouble.ok() ? described : trouble;
  };
}

Result<std::shared_ptr<const Model>> collection_model(const std::string& folder,
                                                      const std::string& fingerprint) {
  const std::string next = next_model_file_in(folder);
  Result<std::shared_ptr<const Model>> model = load_model(model_file_in(folder));
  if (model.ok() && (*model)->fingerprint == fingerprint) return model;
  // A relearning that was killed after its commit: the file waits for its name.
  if (::access(next.c_str(), F_OK) == 0) {
    Result<std::shared_ptr<const Model>> waiting = load_model(next);
    if (waiting.ok() && (*waiting)->fingerprint == fingerprint) return waiting;
  }
  return model;
}

Status settle_model_file(const std::string& folder, const std::string& fingerprint) {
  const std::string next = next_model_file_in(folder), file = model_file_in(folder);
  if (::access(next.c_str(), F_OK) != 0) return {};
  const auto waiting = load_model(next);
  if (!waiting.ok() || (*waiting)->fingerprint != fingerprint) {
    ::unlink(next.c_str());  // of one that never came to its commit
    return {};
  }
  if (::rename(next.c_str(), file.c_str()) != 0)
    return io_error(printable(file) + ": cannot be put in place", errno);
  return sync_folder(folder);
}

Status Collection::replace_model(const std::string& folder,
                                 const Stage& next,
                                 const MakeRows& make_rows) {
  LOCI_TRY(catalogue, Catalogue::open(folder));
  LOCI_RETURN_IF_ERROR(catalogue.bring_up_to_date());
  LOCI_TRY(info, catalogue.info());
  LOCI_RETURN_IF_ERROR(settle_model_file(folder, info.fingerprint));
  if (next.model->fingerprint == info.fingerprint) return {};
  LOCI_TRY(old_segments, catalogue.segments());
  LOCI_TRY(first_new, catalogue.next_segment());
  std::vector<StoredImage> images;
  LOCI_RETURN_IF_ERROR(
      catalogue.each_image([&](StoredImage&& stored) { images.push_back(std::move(stored)); }));
  const SegmentFormat format{
      .folder = folder + "/segments", .dim = next.dim, .fingerprint = next.model->fingerprint};
  remove_stray_segments(format, old_segments);
  LOCI_RETURN_IF_ERROR(save_model(*next.model, next_model_file_in(folder)));
  next.reached("next model written");
  LOCI_TRY(appender, SegmentAppender::open_new(format, first_new, next.max_segment_bytes));
  RowWriter writer(std::move(appender), images);
  std::vector<FailedImage> failed;
  Status made = make_rows(
      images, [&](size_t i, std::span<const float> row) { return writer.add(i, row); }, &failed);
  if (made.ok()) made = writer.flush();
  next.reached("relearnt rows written");
  if (made.ok() && !failed.empty()) made = cannot_describe(folder, failed);
  if (!made.ok()) {
    remove_stray_segments(format, old_segments);
    ::unlink(next_model_file_in(folder).c_str());
    return made;
  }
  LOCI_RETURN_IF_ERROR(declare(catalogue, next, writer.rows, images, first_new));
  next.reached("relearning committed");
  LOCI_RETURN_IF_ERROR(settle_model_file(folder, next.model->fingerprint));
  LOCI_TRY(segments, catalogue.segments());
  remove_stray_segments(format, segments);
  return {};
}

Status PlaceDb::relearn(const std::string& folder,
                        const DescribeOptions& options,
                        const JobControl& job,
                        const std::vector<std::string>& first_photos) {
  LOCI_TRY(path, normal_path(folder));
  LOCI_TRY(lock, WriteLock::acquire(path + "/lock", -1, job));
  std::vector<std::string> photos;
  std::string fingerprint;
  {
    LOCI_TRY(catalogue, Catalogue::open(path));
    LOCI_TRY(info, catalogue.info());
    fingerprint = info.fingerprint;
    LOCI_RETURN_IF_ERROR(catalogue.each_image(
        [&](StoredImage&& stored) { photos.push_back(std::move(stored.image.path)); }));
  }
  if (photos.empty()) photos = first_photos;
  LOCI_TRY(model, collection_model(path, fingerprint));
  LOCI_TRY(adapted, adapt_model(std::move(model), photos, adapt_options(), options, job));
  LOCI_TRY(next, make_stage(std::move(adapted), options));
  LOCI_RETURN_IF_ERROR(
      Collection::replace_model(path, next, describe_again(next, options.num_threads, job)));
  LOCI_TRY(collection, Collection::open(path, std::move(next)));
  LOCI_TRY(catalogue, Catalogue::open(path));
  return collection->calibrate(catalogue, job);
}

}  // namespace loci
