// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace loci::internal {

/// A fixed random rotation of R^dim into R^width, width >= dim a multiple of 64: rounds of a random
/// permutation, random signs and a Hadamard transform of blocks (Ailon and Chazelle, 2009). It
/// leaves dot products as they are and makes every coordinate of any vector look normal, so that
/// quantisation errors behave as random ones and signs carry equal weight.
/// Cost:    about 4 * width * log2(block) additions
class Rotation {
 public:
  explicit Rotation(int64_t dim);
  int64_t width() const { return width_; }
  /// `out` and `scratch` hold width() values.
  void apply(const float* in, float* out, float* scratch) const;

 private:
  struct Round {
    std::vector<int32_t> from;
    std::vector<float> signs;  ///< times the scale that keeps the length
  };
  int64_t dim_, width_, block_;
  std::vector<Round> rounds_;
};

}  // namespace loci::internal
