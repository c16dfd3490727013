// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/evaluate.h"

#include "loci/base/text.h"
#include "loci/index/index.h"
#include "loci/math/standardize.h"
#include "loci/math/vector.h"

#include <algorithm>

namespace loci {
namespace {

/// Descriptors of the images of one side. One that cannot be described has no row: it must neither be found nor find.
struct DescribedSide {
  Matrix rows;
  std::vector<int64_t> image_of;  ///< by row
  std::vector<int64_t> row_of;    ///< by image, -1 for none
};

Result<DescribedSide> describe_side(const Dataset& dataset,
                                    const std::vector<ImageRecord>& side,
                                    const Describer& describer,
                                    int dim,
                                    int num_threads,
                                    const std::string& task,
                                    const JobControl& job,
                                    Evaluation& run) {
  std::vector<std::string> paths;
  for (const ImageRecord& record : side) paths.push_back(image_path(dataset, record));
  DescribedSide out;
  out.rows = Matrix(std::ssize(side), dim);
  out.row_of.assign(side.size(), -1);
  const auto failed_before = std::ssize(run.failed);
  LOCI_RETURN_IF_ERROR(describe_files(
      describer,
      paths,
      num_threads,
      false,
      [&](size_t i, DescribedImage&& image) {
        if (image.status.ok()) {
          out.row_of[i] = std::ssize(out.image_of);
          const auto row = out.rows.row(out.row_of[i]);
          out.image_of.push_back(static_cast<int64_t>(i));
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
  return out;
}

MatrixView<float> described_rows(DescribedSide& side) {
  return {side.rows.data(), std::ssize(side.image_of), side.rows.cols()};
}

/// Results and scores of all queries.
Status rank(const Dataset& dataset,
            const DescribedSide& database,
            const DescribedSide& queries,
            int keep,
            int num_threads,
            Evaluation& evaluation) {
  LOCI_TRY(
      index,
      make_flat_index({ConstMatrixView(database.rows).rows_from(0, std::ssize(database.image_of))},
                      database.rows.cols(),
                      Storage::kFloat32,
                      0,
                      num_threads));
  const auto hits =
      index->search(ConstMatrixView(queries.rows).rows_from(0, std::ssize(queries.image_of)),
                    result_depth(dataset, keep),
                    num_threads);
  std::vector<std::vector<int64_t>> raw(dataset.queries.size());
  for (size_t row = 0; row < hits.size(); ++row) {
    auto& list = raw[static_cast<size_t>(queries.image_of[row])];
    for (const Hit& hit : hits[row]) list.push_back(database.image_of[static_cast<size_t>(hit.id)]);
  }
  evaluation.scores.clear();
  evaluation.results = filter_results(dataset, raw, keep);
  for (size_t q = 0; q < evaluation.results.size(); ++q) {
    evaluation.scores.emplace_back();
    for (const int64_t row : evaluation.results[q]) {
      evaluation.scores[q].push_back(
          dot(queries.rows.row(queries.row_of[q]).data(),
              database.rows.row(database.row_of[static_cast<size_t>(row)]).data(),
              static_cast<size_t>(database.rows.cols())));
    }
  }
  return {};
}

}  // namespace

Result<Evaluation> evaluate(const Dataset& dataset,
                            const std::vector<std::vector<int64_t>>& positives,
                            const Describer& describer,
                            const std::vector<int>& n,
                            int dim,
                            int num_threads,
                            const JobControl& job,
                            int depth,
                            Evaluation* as_sets) {
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
  DescribedSide queries;
  if (all_inside) {
    queries.rows = Matrix(std::ssize(dataset.queries), width);
    for (size_t q = 0; q < dataset.queries.size(); ++q) {
      const int64_t from = database.row_of[static_cast<size_t>(dataset.query_in_database[q])];
      queries.row_of.push_back(from < 0 ? -1 : std::ssize(queries.image_of));
      if (from < 0) continue;
      const auto row = database.rows.row(from);
      std::copy(row.begin(), row.end(), queries.rows.row(queries.row_of.back()).begin());
      queries.image_of.push_back(static_cast<int64_t>(q));
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
  const int64_t images =
      std::ssize(database.row_of) + (all_inside ? 0 : std::ssize(queries.row_of));
  run.ms_per_image = images == 0 ? 0 : watch.milliseconds() / static_cast<double>(images);

  const int keep = std::max(depth, *std::max_element(n.begin(), n.end()));
  const auto ranked = [&](Evaluation& evaluation) -> Status {
    LOCI_RETURN_IF_ERROR(rank(dataset, database, queries, keep, num_threads, evaluation));
    evaluation.recall = recall_at(evaluation.results, positives, n);
    return {};
  };
  LOCI_RETURN_IF_ERROR(ranked(run));
  if (as_sets == nullptr) return run;
  *as_sets = run;
  as_sets->as_sets = true;
  standardize_set(described_rows(database));
  standardize_set(described_rows(queries));
  LOCI_RETURN_IF_ERROR(ranked(*as_sets));
  return run;
}

}  // namespace loci
