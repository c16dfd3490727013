// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "learn_centers.h"

#include "read_photo.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/math/kmeans.h"
#include "loci/math/vector.h"
#include "loci/pooling/init.h"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace loci::internal {
namespace {

Result<std::vector<Features>> features_of(const Describer& describer, const std::string& path) {
  Photo photo;
  LOCI_RETURN_IF_ERROR(read_photo(describer, path, false, &photo));
  return describer.branch_features(photo.image, 1);
}

Matrix random_rows(ConstMatrixView from, int64_t count, Rng& rng) {
  const std::vector<int64_t> rows = rng.sample(from.rows(), count);
  Matrix sample(std::ssize(rows), from.cols());
  for (size_t r = 0; r < rows.size(); ++r) {
    const auto row = from.row(rows[r]);
    std::copy(row.begin(), row.end(), sample.row(static_cast<int64_t>(r)).begin());
  }
  return sample;
}

Matrix stacked(const std::vector<std::vector<Matrix>>& samples, size_t branch) {
  int64_t rows = 0, cols = 0;
  for (const auto& photo : samples) {
    if (branch >= photo.size()) continue;
    rows += photo[branch].rows();
    cols = std::max(cols, photo[branch].cols());
  }
  Matrix all(rows, cols);
  int64_t at = 0;
  for (const auto& photo : samples) {
    if (branch >= photo.size() || photo[branch].empty()) continue;
    std::memcpy(all.row(at).data(), photo[branch].data(), photo[branch].size() * sizeof(float));
    at += photo[branch].rows();
  }
  return all;
}

}  // namespace

Result<std::vector<Matrix>> sample_features(const Describer& describer,
                                            std::span<const std::string> photos,
                                            const LearnOptions& options,
                                            const JobControl& job) {
  std::vector<std::vector<Matrix>> samples(photos.size());
  std::mutex mutex;
  int64_t done = 0;
  parallel_for(std::ssize(photos), 1, options.num_threads, [&](int64_t i, int64_t) {
    if (job.cancelled()) return;
    const auto found = features_of(describer, photos[static_cast<size_t>(i)]);
    if (found.ok()) {
      Rng rng(options.seed, static_cast<uint64_t>(i) + 1);
      for (const Features& branch : *found) {
        samples[static_cast<size_t>(i)].push_back(
            random_rows(branch.values, options.features_per_image, rng));
      }
    }
    const std::lock_guard lock(mutex);
    job.progress("looking at photos", ++done, std::ssize(photos));
  });
  if (job.cancelled()) return cancelled("stopped on request while learning; nothing was written");
  const size_t branches = std::max<size_t>(1, describer.model().spec.branches.size());
  std::vector<Matrix> all;
  for (size_t b = 0; b < branches; ++b) all.push_back(stacked(samples, b));
  return all;
}

Result<TensorMap> learn_clusters(const PoolingSpec& spec,
                                 Matrix features,
                                 const LearnOptions& options,
                                 const JobControl& job) {
  if (features.rows() < 4 * int64_t{spec.num_clusters}) {
    return invalid_argument(
        format("the photos have %lld features, too few for %d clusters; give more photos or fewer "
               "clusters",
               static_cast<long long>(features.rows()),
               spec.num_clusters));
  }
  if (spec.normalize_features) {
    for (int64_t i = 0; i < features.rows(); ++i) l2_normalize(features.row(i));
  }
  job.message("clustering " + std::to_string(features.rows()) + " features");
  LOCI_TRY(clusters,
           kmeans(features,
                  {.num_clusters = spec.num_clusters,
                   .seed = options.seed,
                   .num_threads = options.num_threads},
                  job));
  if (spec.type == "netvlad")
    return netvlad_from_clusters(clusters.centers, features, /*v2=*/false);
  return TensorMap{{"pooling.centers", make_tensor(clusters.centers)}};
}

}  // namespace loci::internal
