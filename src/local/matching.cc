// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/matching.h"

#include "kernels.h"

#include "loci/base/check.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace loci {
namespace {

using internal::kLeastSimilar;
using internal::kMostLanes;
using internal::local_kernels;
using internal::NearestOfRow;

constexpr int64_t kBlock = 128;     // rows whose similarities are in memory at once
constexpr int64_t kInt8Block = 32;  // where they are made fast enough for the cache to matter

double distance(float similarity) {
  return std::sqrt(std::max(0.0, 2 - 2 * static_cast<double>(similarity)));
}

int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

/// The nearest of every row and of every column, from blocks of rows of similarities.
class Nearest {
 public:
  Nearest(int64_t rows, int64_t cols)
      : rows_(static_cast<size_t>(rows)),
        col_best_(static_cast<size_t>(round_up(cols, kMostLanes)), kLeastSimilar),
        col_at_(col_best_.size(), -1),
        cols_(cols) {}

  int64_t stride() const { return std::ssize(col_best_); }
  /// A block's similarities, `stride()` floats a row; columns after the last are written here.
  void add(int64_t first_row, int64_t count, float* similar) {
    for (int64_t i = 0; i < count; ++i)
      std::fill(similar + i * stride() + cols_, similar + (i + 1) * stride(), kLeastSimilar);
    local_kernels().nearest(similar,
                            count,
                            stride(),
                            stride(),
                            static_cast<int32_t>(first_row),
                            rows_.data() + first_row,
                            col_best_.data(),
                            col_at_.data());
  }

  /// `is_zero(first, second)`: whether one of the rows is all zeros.
  template <class IsZero>
  std::vector<FeatureMatch> mutual(const MatchOptions& options, IsZero is_zero) const {
    std::vector<FeatureMatch> matches;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const NearestOfRow& best = rows_[i];
      const auto row = static_cast<int64_t>(i);
      if (best.at < 0 || col_at_[static_cast<size_t>(best.at)] != row) continue;
      if (!(static_cast<double>(best.first) > options.min_similarity)) continue;
      if (options.max_ratio < 1 &&
          distance(best.first) > options.max_ratio * distance(best.second)) {
        continue;
      }
      if (is_zero(row, best.at)) continue;
      matches.push_back({.first = row, .second = best.at, .similarity = best.first});
    }
    std::sort(matches.begin(), matches.end(), [](const FeatureMatch& a, const FeatureMatch& b) {
      return std::tie(b.similarity, a.first) < std::tie(a.similarity, b.first);
    });
    return matches;
  }

 private:
  std::vector<NearestOfRow> rows_;
  std::vector<float> col_best_;
  std::vector<int32_t> col_at_;
  int64_t cols_;
};

template <class T>
void require_widths(MatrixView<const T> first, MatrixView<const T> second) {
  LOCI_REQUIRE(first.rows() == 0 || second.rows() == 0 || first.cols() == second.cols(),
               "features of equal width are compared");
}

bool nothing(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float x) { return x == 0; });
}

/// 1 / length of each row, 0 for zeros; `room` floats, the rest 0.
std::vector<float> inverse_lengths(MatrixView<const int8_t> rows, int64_t room) {
  std::vector<float> out(static_cast<size_t>(room));
  for (int64_t i = 0; i < rows.rows(); ++i) {
    int64_t sum = 0;
    for (const int8_t x : rows.row(i)) sum += static_cast<int32_t>(x) * x;
    if (sum > 0) out[static_cast<size_t>(i)] = 1 / std::sqrt(static_cast<float>(sum));
  }
  return out;
}

}  // namespace

std::vector<FeatureMatch> mutual_matches(ConstMatrixView first,
                                         ConstMatrixView second,
                                         const MatchOptions& options) {
  require_widths(first, second);
  if (first.empty() || second.empty()) return {};
  Nearest nearest(first.rows(), second.rows());
  const int64_t block = std::min(kBlock, first.rows());
  AlignedBuffer<float> similar(static_cast<size_t>(block * nearest.stride()));
  for (int64_t row = 0; row < first.rows(); row += block) {
    const int64_t count = std::min(block, first.rows() - row);
    gemm_nt(first.rows_from(row, count),
            second,
            MatrixView<float>(similar.data(), count, second.rows(), nearest.stride()),
            1);
    nearest.add(row, count, similar.data());
  }
  return nearest.mutual(options, [&](int64_t i, int64_t j) {
    return nothing(first.row(i)) || nothing(second.row(j));
  });
}

std::vector<FeatureMatch> mutual_matches(MatrixView<const int8_t> first,
                                         MatrixView<const int8_t> second,
                                         const MatchOptions& options) {
  require_widths(first, second);
  if (first.empty() || second.empty()) return {};
  const internal::LocalKernels& kernels = local_kernels();
  Nearest nearest(first.rows(), second.rows());
  const int64_t dim = first.cols(), steps = kernels.steps(dim);
  const int64_t panels = (second.rows() + kernels.panel - 1) / kernels.panel;
  AlignedBuffer<int32_t> packed_first(static_cast<size_t>(first.rows() * steps)),
      packed_second(static_cast<size_t>(panels * kernels.panel * steps)),
      start(static_cast<size_t>(panels * kernels.panel));
  kernels.pack_first(first.data(), first.stride(), first.rows(), dim, packed_first.data());
  kernels.pack_second(
      second.data(), second.stride(), second.rows(), dim, packed_second.data(), start.data());
  const std::vector<float> first_scales = inverse_lengths(first, first.rows()),
                           second_scales = inverse_lengths(second, nearest.stride());
  AlignedBuffer<float> similar(static_cast<size_t>(kInt8Block * nearest.stride()));
  for (int64_t row = 0; row < first.rows(); row += kInt8Block) {
    const int64_t count = std::min(kInt8Block, first.rows() - row);
    kernels.similarities(packed_first.data() + row * steps,
                         first_scales.data() + row,
                         count,
                         packed_second.data(),
                         start.data(),
                         second_scales.data(),
                         panels,
                         dim,
                         similar.data(),
                         nearest.stride());
    nearest.add(row, count, similar.data());
  }
  return nearest.mutual(options, [&](int64_t i, int64_t j) {
    return first_scales[static_cast<size_t>(i)] == 0 || second_scales[static_cast<size_t>(j)] == 0;
  });
}

}  // namespace loci
