// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/evaluate.h"

#include "loci/base/text.h"
#include "loci/index/index.h"
#include "loci/math/vector.h"

#include <algorithm>

namespace loci {
namespace {

/// Descriptors of images in order; one that cannot be described is a zero row, which matches
/// nothing.
Result<Matrix> describe_side(const Dataset& dataset,
                             const std::vector<ImageRecord>& side,
                             const Describer& describer,
                             int dim,
                             int num_threads,
                             const std::string& task,
                             const JobControl& job,
                             Evaluation& run) {
  std::vector<std::string> paths;
  for (const ImageRecord& record : side) paths.push_back(image_path(dataset, record));
  Matrix rows(std::ssize(side), dim);
  const auto failed_before = std::ssize(run.failed);
  LOCI_RETURN_IF_ERROR(describe_files(
      describer,
      paths,
      num_threads,
      false,
      [&](size_t i, DescribedImage&& image) {
        if (image.status.ok()) {
          const auto row = rows.row(static_cast<int64_t>(i));
          std::copy_n(image.descriptor.begin(), dim, row.begin());
          if (dim < describer.dim()) l2_normalize(row);
        } else {
          run.failed.push_back(image.status.message());
        }
        job.progress(task, static_cast<int64_t>(i) + 1, std::ssize(paths));
        return true;
      },
      job));
  if (!paths.empty() && std::ssize(run.failed) - failed_before == std::ssize(paths)) {
    return corrupt(format("none of the %zu images could be described while %s; the first: ",
                          paths.size(),
                          task.c_str()) +
                   run.failed[static_cast<size_t>(failed_before)]);
  }
  return rows;
}

}  // namespace

Result<Evaluation> evaluate(const Dataset& dataset,
                            const std::vector<std::vector<int64_t>>& positives,
                            const Describer& describer,
                            const std::vector<int>& n,
                            int dim,
                            int num_threads,
                            const JobControl& job,
                            int depth) {
  Evaluation run;
  run.model = describer.model().spec.name;
  run.fingerprint = describer.model().fingerprint;
  run.dim = dim > 0 ? std::min<int64_t>(dim, describer.dim()) : describer.dim();
  const auto width = static_cast<int>(run.dim);
  const Stopwatch watch;
  LOCI_TRY(database,
           describe_side(dataset,
                         dataset.database,
                         describer,
                         width,
                         num_threads,
                         "describing the database",
                         job,
                         run));
  const bool all_inside =
      !dataset.query_in_database.empty() && std::all_of(dataset.query_in_database.begin(),
                                                        dataset.query_in_database.end(),
                                                        [](int64_t row) { return row >= 0; });
  Matrix queries(std::ssize(dataset.queries), width);
  if (all_inside) {
    for (int64_t q = 0; q < queries.rows(); ++q) {
      const auto row = database.row(dataset.query_in_database[static_cast<size_t>(q)]);
      std::copy(row.begin(), row.end(), queries.row(q).begin());
    }
  } else {
    LOCI_TRY(described,
             describe_side(dataset,
                           dataset.queries,
                           describer,
                           width,
                           num_threads,
                           "describing the queries",
                           job,
                           run));
    queries = std::move(described);
  }
  const int64_t images = database.rows() + (all_inside ? 0 : queries.rows());
  run.ms_per_image = images == 0 ? 0 : watch.milliseconds() / static_cast<double>(images);

  const int keep = std::max(depth, *std::max_element(n.begin(), n.end()));
  LOCI_TRY(index,
           make_flat_index({ConstMatrixView(database)}, width, Storage::kFloat32, 0, num_threads));
  const auto hits = index->search(queries, result_depth(dataset, keep), num_threads);
  std::vector<std::vector<int64_t>> raw(hits.size());
  for (size_t q = 0; q < hits.size(); ++q) {
    for (const Hit& hit : hits[q]) raw[q].push_back(hit.id);
  }
  run.results = filter_results(dataset, raw, keep);
  for (size_t q = 0; q < run.results.size(); ++q) {
    run.scores.emplace_back();
    for (const int64_t row : run.results[q]) {
      run.scores[q].push_back(dot(queries.row(static_cast<int64_t>(q)).data(),
                                  database.row(row).data(),
                                  static_cast<size_t>(width)));
    }
  }
  run.recall = recall_at(run.results, positives, n);
  return run;
}

}  // namespace loci
