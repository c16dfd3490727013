// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rotation.h"
#include "rows.h"
#include "scan.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace loci::internal {

/// Queries for Int8Rows: rotated, and as 7-bit codes shifted by 64 to be unsigned.
struct Int8Queries {
  Matrix rotated;              ///< Q x width
  std::vector<uint8_t> codes;  ///< Q x width
  std::vector<float> scales;
  std::vector<double> norms, errors;  ///< |q| and |q - its code|
};

/// Rows rotated at random and held as 8-bit codes with one scale each, and their signs as bits.
///
/// The signs give a first guess of the angle: a random hyperplane separates two vectors with
/// probability angle / pi (Goemans and Williamson 1995, Charikar 2002). A quarter of the bits lies
/// apart, since it rejects most rows.
class Int8Rows : public Scanner {
 public:
  Int8Rows(const Rows& rows, bool with_signs, int num_threads);

  Int8Queries make_queries(ConstMatrixView queries, int num_threads) const;
  std::unique_ptr<Scan> prepare(ConstMatrixView queries, int num_threads) const override;
  size_t memory_bytes() const override;

  int64_t size() const { return size_; }
  int64_t width() const { return rotation_.width(); }
  /// Score of one row from the 8-bit codes.
  float score(const Int8Queries& queries, int64_t q, int64_t id) const;
  void score_block(const Int8Queries& queries,
                   int64_t begin,
                   int64_t end,
                   MatrixView<float> out) const;
  /// A bound on the error of score() that fails about once in 10^9: the errors of the codes lie at
  /// random to the other vector, so their products are normal with the standard deviation |error|
  /// |vector| / sqrt(width).
  double error_bound(const Int8Queries& queries, int64_t q) const;

  bool has_signs() const { return first_bits_ > 0; }
  int64_t first_bits() const { return first_bits_; }
  int64_t all_bits() const { return rotation_.width(); }
  int64_t first_words() const { return first_words_; }
  int64_t rest_words() const { return rest_words_; }
  const uint64_t* first_signs(int64_t id) const { return first_signs_.data() + id * first_words_; }
  const uint64_t* rest_signs(int64_t id) const { return rest_signs_.data() + id * rest_words_; }
  /// Writes the bits x > 0 of a rotated vector.
  void signs_of(const float* rotated, uint64_t* first, uint64_t* rest) const;
  double largest_norm() const { return largest_norm_; }

 private:
  const int8_t* codes(int64_t id) const { return codes_.data() + id * width(); }

  Rotation rotation_;
  int64_t size_ = 0;
  AlignedBuffer<int8_t> codes_;
  std::vector<float> scales_;
  std::vector<int32_t> sums_;  ///< of the codes, to take the queries' shift out again
  double largest_norm_ = 0, largest_error_ = 0;
  int64_t first_bits_ = 0, first_words_ = 0, rest_words_ = 0;
  AlignedBuffer<uint64_t> first_signs_, rest_signs_;
};

}  // namespace loci::internal
