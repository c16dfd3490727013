// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"
#include "row_source.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/pooling/whitening.h"

#include <numeric>

namespace loci {
namespace {

constexpr int64_t kPhotosForLine = 1500;
constexpr int64_t kBatch = 256;

/// Rows drawn at random, in random order.
Matrix drawn(const StoredRows& old, int64_t dim, int64_t count) {
  std::vector<size_t> order(old.images.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Rng rng(1, "reduction");
  rng.shuffle(order);
  order.resize(static_cast<size_t>(std::min<int64_t>(count, std::ssize(order))));
  Matrix rows(std::ssize(order), dim);
  for (size_t i = 0; i < order.size(); ++i) {
    const auto row = old.rows.row(old.images[order[i]]);
    std::copy(row.begin(), row.end(), rows.row(static_cast<int64_t>(i)).begin());
  }
  return rows;
}

/// The rows that the collection has, projected.
MakeRows project(const StoredRows& old,
                 const Whitening& projection,
                 int threads,
                 const JobControl& job) {
  return [&old, &projection, threads, &job](const std::vector<StoredImage>& images,
                                            const TakeRow& take,
                                            std::vector<FailedImage>*) -> Status {
    Matrix in(kBatch, projection.input_dim()), out(kBatch, projection.output_dim());
    for (int64_t begin = 0; begin < std::ssize(images); begin += kBatch) {
      if (job.cancelled()) return cancelled("stopped on request; the collection is as it was");
      const int64_t count = std::min(kBatch, std::ssize(images) - begin);
      for (int64_t i = 0; i < count; ++i) {
        const auto row = old.rows.row(images[static_cast<size_t>(begin + i)]);
        std::copy(row.begin(), row.end(), in.row(i).begin());
      }
      projection.apply(in.view().rows_from(0, count), out.view().rows_from(0, count), threads);
      for (int64_t i = 0; i < count; ++i)
        LOCI_RETURN_IF_ERROR(take(static_cast<size_t>(begin + i), out.row(i)));
      job.progress("shortening descriptors", begin + count, std::ssize(images));
    }
    return old.rows.intact();
  };
}

}  // namespace

Status PlaceDb::reduce(const std::string& folder,
                       const ReduceOptions& reduction,
                       const DescribeOptions& options,
                       const JobControl& job) {
  LOCI_TRY(path, normal_path(folder));
  LOCI_TRY(lock, WriteLock::acquire(path + "/lock", -1, job));
  LOCI_TRY(catalogue, Catalogue::open(path));
  LOCI_TRY(info, catalogue.info());
  LOCI_TRY(model, collection_model(path, info.fingerprint));
  LOCI_TRY(old,
           read_stored_rows(
               catalogue,
               {.folder = path + "/segments", .dim = info.dim, .fingerprint = info.fingerprint}));
  LOCI_RETURN_IF_ERROR(old.rows.check(old.images));
  LOCI_TRY(
      reduced,
      reduce_model(
          *model, drawn(old, info.dim, reduction.max_photos + kPhotosForLine), reduction, job));
  LOCI_TRY(projection, Whitening::create(reduced->spec.whitening, reduced->tensors, info.dim));
  LOCI_TRY(next, make_stage(std::move(reduced), options));
  LOCI_RETURN_IF_ERROR(
      Collection::replace_model(path, next, project(old, *projection, options.num_threads, job)));
  LOCI_TRY(collection, Collection::open(path, std::move(next)));
  return collection->calibrate(catalogue, job);
}

}  // namespace loci
