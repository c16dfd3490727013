// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "describe_rows.h"

#include <algorithm>

namespace loci::internal {

Result<DescribedRows> describe_rows(const Describer& describer,
                                    std::span<const std::string> photos,
                                    int num_threads,
                                    const char* task,
                                    const JobControl& job) {
  DescribedRows out{.values = Matrix(std::ssize(photos), describer.dim())};
  LOCI_RETURN_IF_ERROR(describe_files(
      describer,
      photos,
      num_threads,
      false,
      [&](size_t i, DescribedImage&& photo) {
        if (photo.status.ok()) {
          std::copy(photo.descriptor.begin(),
                    photo.descriptor.end(),
                    out.values.row(out.count++).begin());
        }
        job.progress(task, static_cast<int64_t>(i) + 1, std::ssize(photos));
        return true;
      },
      job));
  return out;
}

}  // namespace loci::internal
