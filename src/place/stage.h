// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/describe/describer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// Hands described files over in order, as describe_files() does.
using DescribeFiles =
    std::function<Status(std::span<const std::string> paths,
                         int num_threads,
                         const std::function<bool(size_t, DescribedImage&&)>& sink,
                         const JobControl& job)>;

/// What a collection gets from outside itself, so that tests can put something cheap or failing in
/// its place.
struct Stage {
  std::shared_ptr<const Model> model;
  std::unique_ptr<const Describer> describer;  ///< tests of storage have none
  int64_t dim = 0;
  DescribeFiles describe_files;
  /// The same with local features; null where the model has none.
  DescribeFiles describe_with_features;
  /// Told at every point where being killed would be most harmful, with the paths of the batch in
  /// hand.
  std::function<void(std::string_view point, std::span<const std::string> paths)> at_point;
  uint64_t max_segment_bytes = uint64_t{1} << 30;
  int64_t batch_images = 256;
  double batch_seconds = 2;

  void reached(std::string_view point, std::span<const std::string> paths = {}) const {
    if (at_point) at_point(point, paths);
  }
};

/// The real one.
Result<Stage> make_stage(std::shared_ptr<const Model> model, const DescribeOptions& options);

}  // namespace loci
