// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_rows.h"

#include "kernels.h"

#include "loci/base/parallel.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

constexpr int64_t kSmallestSignWidth = 512;  // fewer bits separate too little
constexpr int kShift = 64;

float largest_magnitude(std::span<const float> x) {
  float most = 0;
  for (const float value : x) most = std::max(most, std::abs(value));
  return most;
}

int64_t words_for(int64_t bits) { return (bits + 511) / 512 * 8; }

class Int8Scan : public Scan {
 public:
  Int8Scan(const Int8Rows& rows, Int8Queries queries) : rows_(rows), queries_(std::move(queries)) {}
  void score(int64_t begin, int64_t end, MatrixView<float> out, int num_threads) const override {
    constexpr int64_t kGrain = 64;  // codes of so many rows stay in the second-level cache
    parallel_for(end - begin, kGrain, num_threads, [&](int64_t first, int64_t last) {
      rows_.score_block(queries_,
                        begin + first,
                        begin + last,
                        MatrixView<float>(&out(0, first), out.rows(), last - first, out.stride()));
    });
  }
  float slack(int64_t q) const override {
    return static_cast<float>(2.001 * rows_.error_bound(queries_, q));
  }

 private:
  const Int8Rows& rows_;
  Int8Queries queries_;
};

/// One row as codes; returns |row - scale * codes|.
double quantize(std::span<const float> row, int8_t* codes, float* scale, int32_t* sum) {
  const float most = largest_magnitude(row);
  const float inverse = most > 0 ? 127 / most : 0;
  *scale = most / 127;
  *sum = 0;
  double error = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    const float code = std::nearbyint(row[i] * inverse);
    codes[i] = static_cast<int8_t>(code);
    *sum += codes[i];
    const double left =
        static_cast<double>(row[i]) - static_cast<double>(code) * static_cast<double>(*scale);
    error += left * left;
  }
  return std::sqrt(error);
}

}  // namespace

Int8Rows::Int8Rows(const Rows& rows, bool with_signs, int num_threads)
    : rotation_(rows.dim()),
      size_(rows.size()),
      codes_(static_cast<size_t>(size_ * rotation_.width())),
      scales_(static_cast<size_t>(size_)),
      sums_(static_cast<size_t>(size_)),
      largest_norm_(rows.largest_norm()) {
  if (with_signs && width() >= kSmallestSignWidth) {
    first_bits_ =
        width() <= 1024 ? width() : std::min<int64_t>((width() / 4 + 511) / 512 * 512, 1 << 14);
    first_words_ = words_for(first_bits_);
    rest_words_ = words_for(width() - first_bits_);
    first_signs_ = AlignedBuffer<uint64_t>(static_cast<size_t>(size_ * first_words_));
    rest_signs_ = AlignedBuffer<uint64_t>(static_cast<size_t>(size_ * rest_words_));
  }
  constexpr int64_t kGrain = 64;
  std::vector<double> errors(static_cast<size_t>((size_ + kGrain - 1) / kGrain));
  parallel_for(size_, kGrain, num_threads, [&](int64_t begin, int64_t end) {
    AlignedBuffer<float> memory(static_cast<size_t>(2 * width()));
    float* const rotated = memory.data();
    for (int64_t id = begin; id < end; ++id) {
      const auto i = static_cast<size_t>(id);
      rotation_.apply(rows.row(id), rotated, rotated + width());
      const double error = quantize({rotated, static_cast<size_t>(width())},
                                    codes_.data() + id * width(),
                                    &scales_[i],
                                    &sums_[i]);
      double& most = errors[static_cast<size_t>(begin / kGrain)];
      most = std::max(most, error);
      if (has_signs()) {
        signs_of(rotated,
                 first_signs_.data() + id * first_words_,
                 rest_signs_.data() + id * rest_words_);
      }
    }
  });
  largest_error_ = errors.empty() ? 0 : std::ranges::max(errors);
}

Int8Queries Int8Rows::make_queries(ConstMatrixView queries, int num_threads) const {
  const auto count = static_cast<size_t>(queries.rows()), length = static_cast<size_t>(width());
  Int8Queries out;
  out.rotated = Matrix(queries.rows(), width());
  out.codes.resize(count * length);
  out.scales.resize(count);
  out.norms.resize(count);
  out.errors.resize(count);
  parallel_for(queries.rows(), 4, num_threads, [&](int64_t begin, int64_t end) {
    AlignedBuffer<float> scratch(length);
    for (int64_t q = begin; q < end; ++q) {
      const auto i = static_cast<size_t>(q);
      const auto rotated = out.rotated.row(q);
      rotation_.apply(queries.row_data(q), rotated.data(), scratch.data());
      const float most = largest_magnitude(rotated);
      const float inverse = most > 0 ? 63 / most : 0;
      out.scales[i] = most / 63;
      double error = 0, square = 0;
      for (size_t d = 0; d < length; ++d) {
        const float code = std::nearbyint(rotated[d] * inverse);
        out.codes[i * length + d] = static_cast<uint8_t>(static_cast<int>(code) + kShift);
        const double left =
            static_cast<double>(rotated[d]) - static_cast<double>(code * out.scales[i]);
        error += left * left;
        square += static_cast<double>(rotated[d]) * static_cast<double>(rotated[d]);
      }
      out.errors[i] = std::sqrt(error);
      out.norms[i] = std::sqrt(square);
    }
  });
  return out;
}

std::unique_ptr<Scan> Int8Rows::prepare(ConstMatrixView queries, int num_threads) const {
  return std::make_unique<Int8Scan>(*this, make_queries(queries, num_threads));
}

size_t Int8Rows::memory_bytes() const {
  return codes_.size() + scales_.size() * sizeof(float) + sums_.size() * sizeof(int32_t) +
         (first_signs_.size() + rest_signs_.size()) * sizeof(uint64_t);
}

float Int8Rows::score(const Int8Queries& queries, int64_t q, int64_t id) const {
  int32_t sum = 0;
  scan_kernels().dot_int8(codes(id), 1, queries.codes.data() + q * width(), 1, width(), &sum, 1);
  const auto i = static_cast<size_t>(id);
  return static_cast<float>(sum - kShift * sums_[i]) * queries.scales[static_cast<size_t>(q)] *
         scales_[i];
}

void Int8Rows::score_block(const Int8Queries& queries,
                           int64_t begin,
                           int64_t end,
                           MatrixView<float> out) const {
  const int64_t count = end - begin, num_queries = out.rows();
  AlignedBuffer<int32_t> sums(static_cast<size_t>(count * num_queries));
  scan_kernels().dot_int8(
      codes(begin), count, queries.codes.data(), num_queries, width(), sums.data(), count);
  for (int64_t q = 0; q < num_queries; ++q) {
    const float scale = queries.scales[static_cast<size_t>(q)];
    for (int64_t i = 0; i < count; ++i) {
      const auto id = static_cast<size_t>(begin + i);
      out(q, i) =
          static_cast<float>(sums[static_cast<size_t>(q * count + i)] - kShift * sums_[id]) *
          scale * scales_[id];
    }
  }
}

double Int8Rows::error_bound(const Int8Queries& queries, int64_t q) const {
  const auto i = static_cast<size_t>(q);
  const double from_query = queries.errors[i] * (largest_norm_ + largest_error_);
  const double from_rows = queries.norms[i] * largest_error_;
  const double rounding = 1e-6 * queries.norms[i] * largest_norm_;
  const double likely =
      6 * std::hypot(from_query, from_rows) / std::sqrt(static_cast<double>(width()));
  return std::min(likely, from_query + from_rows) + rounding;
}

void Int8Rows::signs_of(const float* rotated, uint64_t* first, uint64_t* rest) const {
  std::fill_n(first, first_words_, uint64_t{0});
  std::fill_n(rest, rest_words_, uint64_t{0});
  for (int64_t i = 0; i < width(); i += 64) {
    uint64_t bits = 0;
    for (int64_t b = 0; b < 64; ++b) bits |= static_cast<uint64_t>(rotated[i + b] > 0 ? 1 : 0) << b;
    (i < first_bits_ ? first[i / 64] : rest[(i - first_bits_) / 64]) = bits;
  }
}

}  // namespace loci::internal
