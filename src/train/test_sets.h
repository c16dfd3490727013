// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/matrix.h"
#include "loci/base/rng.h"
#include "loci/data/dataset.h"
#include "loci/math/vector.h"
#include "loci/train/tuples.h"

#include <cmath>
#include <string>
#include <vector>

namespace loci::train {

inline ImageRecord image_at(double east_m, double north_m = 0, int64_t time = -1) {
  ImageRecord image;
  image.path = "e" + std::to_string(east_m) + "_" + std::to_string(north_m) + ".jpg";
  image.utm = Utm{.east_m = east_m, .north_m = north_m};
  if (time >= 0) image.time = time;
  return image;
}

/// A street of `length_m` with an image every `step_m` metres, at two times; queries a little off.
inline Dataset street(int length_m = 400, int step_m = 8) {
  Dataset dataset;
  dataset.root = "street";
  for (int east = 0; east < length_m; east += step_m) {
    dataset.database.push_back(image_at(east, 0, 1000));
    dataset.database.push_back(image_at(east, 3, 2000));
    if (east % (2 * step_m) == 0) dataset.queries.push_back(image_at(east + 1.5, 1, 1000));
  }
  return dataset;
}

/// Unit vectors drawn at random, one an image.
inline Matrix random_descriptors(int64_t rows, int64_t dim, uint64_t seed = 5) {
  Matrix matrix(rows, dim);
  Rng rng(seed);
  for (int64_t i = 0; i < rows; ++i) {
    for (float& value : matrix.row(i)) value = static_cast<float>(rng.normal());
    l2_normalize(matrix.row(i));
  }
  return matrix;
}

inline SquaredDistances distances_of(const Matrix& matrix) {
  return [&matrix](int64_t image, std::span<const int32_t> others, std::span<float> out) {
    for (size_t i = 0; i < others.size(); ++i) {
      out[i] = squared_distance(matrix.row(image).data(),
                                matrix.row(others[i]).data(),
                                static_cast<size_t>(matrix.cols()));
    }
  };
}

}  // namespace loci::train
