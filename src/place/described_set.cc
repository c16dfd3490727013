// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_facts.h"
#include "scan.h"

#include "loci/place/pairs.h"

#include <algorithm>

namespace loci {

Result<DescribedSet> described_set(const PlaceDb& db) {
  DescribedSet set;
  LOCI_TRY(images, db.images());
  std::sort(images.begin(), images.end(), [](const PlaceImage& a, const PlaceImage& b) {
    return a.path < b.path;
  });
  set.dim = db.describer().dim();
  std::vector<int64_t> ids;
  for (const PlaceImage& image : images) ids.push_back(image.id);
  set.images = std::move(images);
  set.read = [&db, ids = std::move(ids)](int64_t first, MatrixView<float> rows) -> Status {
    for (int64_t i = 0; i < rows.rows(); ++i) {
      LOCI_TRY(values, db.descriptor(ids[static_cast<size_t>(first + i)]));
      std::copy(values.begin(), values.end(), rows.row(i).begin());
    }
    return {};
  };
  return set;
}

Result<DescribedSet> described_set(const Describer& describer,
                                   const std::vector<std::string>& paths,
                                   std::vector<FailedImage>* failed,
                                   int num_threads,
                                   const JobControl& job) {
  DescribedSet set;
  set.dim = describer.dim();
  auto values = std::make_shared<std::vector<float>>();
  Status wrong;
  LOCI_RETURN_IF_ERROR(describe_files(
      describer,
      paths,
      num_threads,
      false,
      [&](size_t i, DescribedImage&& described) {
        job.progress("describing", static_cast<int64_t>(i) + 1, static_cast<int64_t>(paths.size()));
        if (!described.status.ok()) {
          if (failed != nullptr) failed->push_back({paths[i], described.status});
          return true;
        }
        const auto path = normal_path(paths[i]);
        if (!path.ok()) {
          wrong = path.status();
          return false;
        }
        set.images.push_back(photo_facts(*path, described));
        values->insert(values->end(), described.descriptor.begin(), described.descriptor.end());
        return true;
      },
      job));
  LOCI_RETURN_IF_ERROR(wrong);
  set.read = [values, dim = set.dim](int64_t first, MatrixView<float> rows) -> Status {
    const float* from = values->data() + first * dim;
    for (int64_t i = 0; i < rows.rows(); ++i) {
      std::copy(from + i * dim, from + (i + 1) * dim, rows.row(i).begin());
    }
    return {};
  };
  return set;
}

}  // namespace loci
