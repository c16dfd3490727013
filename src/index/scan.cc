// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "scan.h"

#include "candidates.h"
#include "kernels.h"

#include "loci/base/parallel.h"
#include "loci/math/gemm.h"
#include "loci/math/half.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

double norm_of(std::span<const float> x) {
  return std::sqrt(dot_exact(x.data(), x.data(), x.size()));
}

class FloatScan : public Scan {
 public:
  FloatScan(const Rows& rows, ConstMatrixView queries) : rows_(rows), queries_(queries) {}
  void score(int64_t begin, int64_t end, MatrixView<float> out, int num_threads) const override {
    rows_.for_pieces(begin, end, [&](ConstMatrixView piece, int64_t first) {
      gemm_nt(queries_,
              piece,
              {&out(0, first - begin), out.rows(), piece.rows(), out.stride()},
              num_threads);
    });
  }
  float slack(int64_t q) const override {
    const double bound =
        float_dot_error(rows_.dim()) * norm_of(queries_.row(q)) * rows_.largest_norm();
    return static_cast<float>(2.001 * bound);
  }

 private:
  const Rows& rows_;
  ConstMatrixView queries_;
};

class FloatScanner : public Scanner {
 public:
  explicit FloatScanner(const Rows& rows) : rows_(rows) {}
  std::unique_ptr<Scan> prepare(ConstMatrixView queries, int) const override {
    return std::make_unique<FloatScan>(rows_, queries);
  }
  size_t memory_bytes() const override { return 0; }

 private:
  const Rows& rows_;
};

/// Rows as binary16, each filled up with zeros to a multiple of 64.
struct HalfRows {
  int64_t width = 0;
  AlignedBuffer<uint16_t> bits;
  double largest_norm = 0;
  double largest_error = 0;  ///< of |row - its copy|
  const uint16_t* row(int64_t id) const { return bits.data() + id * width; }
};

class HalfScan : public Scan {
 public:
  HalfScan(const HalfRows& rows, ConstMatrixView queries)
      : rows_(rows), queries_(queries.rows(), rows.width) {
    for (int64_t q = 0; q < queries.rows(); ++q)
      std::ranges::copy(queries.row(q), queries_.row(q).begin());
  }

  void score(int64_t begin, int64_t end, MatrixView<float> out, int num_threads) const override {
    if (queries_.rows() < 4) {
      stream(begin, end, out, num_threads);
      return;
    }
    constexpr int64_t kPiece = 1024;
    AlignedBuffer<float> wide(static_cast<size_t>(std::min(kPiece, end - begin) * rows_.width));
    for (int64_t from = begin; from < end; from += kPiece) {
      const int64_t count = std::min(kPiece, end - from);
      parallel_for(count, 16, num_threads, [&](int64_t first, int64_t last) {
        const auto length = static_cast<size_t>((last - first) * rows_.width);
        halfs_to_floats(rows_.row(from + first), wide.data() + first * rows_.width, length);
      });
      gemm_nt(queries_,
              {wide.data(), count, rows_.width},
              {&out(0, from - begin), out.rows(), count, out.stride()},
              num_threads);
    }
  }

  /// The rounding of the rows is known, by Cauchy and Schwarz it shifts no score by more than
  /// |query| times its length.
  float slack(int64_t q) const override {
    const double norm = norm_of(queries_.row(q));
    const double bound =
        norm * (rows_.largest_error + float_dot_error(rows_.width) * rows_.largest_norm);
    return static_cast<float>(2.001 * bound);
  }

 private:
  void stream(int64_t begin, int64_t end, MatrixView<float> out, int num_threads) const {
    const int64_t grain = std::max<int64_t>(1, (1 << 17) / rows_.width);
    parallel_for(end - begin, grain, num_threads, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        for (int64_t q = 0; q < queries_.rows(); ++q) {
          out(q, i) = scan_kernels().dot_half(
              rows_.row(begin + i), queries_.row(q).data(), static_cast<size_t>(rows_.width));
        }
      }
    });
  }

  const HalfRows& rows_;
  Matrix queries_;
};

class HalfScanner : public Scanner {
 public:
  HalfScanner(const Rows& rows, int num_threads) {
    copy_.width = (rows.dim() + 63) / 64 * 64;
    copy_.bits = AlignedBuffer<uint16_t>(static_cast<size_t>(rows.size() * copy_.width));
    const auto dim = static_cast<size_t>(rows.dim());
    constexpr int64_t kGrain = 256;
    std::vector<double> errors(static_cast<size_t>((rows.size() + kGrain - 1) / kGrain));
    parallel_for(rows.size(), kGrain, num_threads, [&](int64_t begin, int64_t end) {
      std::vector<float> back(dim);
      for (int64_t id = begin; id < end; ++id) {
        const float* row = rows.row(id);
        uint16_t* bits = copy_.bits.data() + id * copy_.width;
        floats_to_halfs(row, bits, dim);
        std::fill(bits + dim, bits + copy_.width, uint16_t{0});
        halfs_to_floats(bits, back.data(), dim);
        for (size_t d = 0; d < dim; ++d) back[d] -= row[d];
        double& most = errors[static_cast<size_t>(begin / kGrain)];
        most = std::max(most, norm_of(back));
      }
    });
    copy_.largest_error = errors.empty() ? 0 : std::ranges::max(errors);
    copy_.largest_norm = rows.largest_norm() + copy_.largest_error;
  }
  std::unique_ptr<Scan> prepare(ConstMatrixView queries, int) const override {
    return std::make_unique<HalfScan>(copy_, queries);
  }
  size_t memory_bytes() const override { return copy_.bits.size() * sizeof(uint16_t); }

 private:
  HalfRows copy_;
};

}  // namespace

double float_dot_error(int64_t dim) { return (264 + static_cast<double>(dim) / 16) * 0x1p-24; }

std::unique_ptr<Scanner> make_float_scanner(const Rows& rows) {
  return std::make_unique<FloatScanner>(rows);
}
std::unique_ptr<Scanner> make_half_scanner(const Rows& rows, int num_threads) {
  return std::make_unique<HalfScanner>(rows, num_threads);
}

std::vector<std::vector<int64_t>> scan_all(const Scan& scan,
                                           int64_t num_queries,
                                           int64_t num_rows,
                                           int64_t want,
                                           bool exact_count,
                                           std::span<const uint8_t> kept,
                                           int num_threads) {
  std::vector<Candidates> candidates;
  candidates.reserve(static_cast<size_t>(num_queries));
  for (int64_t q = 0; q < num_queries; ++q)
    candidates.emplace_back(want, exact_count ? 0.0f : scan.slack(q));

  constexpr int64_t kScores = int64_t{1} << 23;  // 32 MiB
  const int64_t chunk = std::min(num_rows, std::max<int64_t>(1024, kScores / num_queries));
  AlignedBuffer<float> memory(static_cast<size_t>(chunk * num_queries));
  for (int64_t begin = 0; begin < num_rows; begin += chunk) {
    const int64_t count = std::min(chunk, num_rows - begin);
    const MatrixView<float> scores(memory.data(), num_queries, count, chunk);
    scan.score(begin, begin + count, scores, num_threads);
    parallel_for(num_queries, 1, num_threads, [&](int64_t q, int64_t) {
      Candidates& mine = candidates[static_cast<size_t>(q)];
      const float* row = scores.row_data(q);
      if (kept.empty()) {
        for (int64_t i = 0; i < count; ++i) mine.add(row[i], begin + i);
      } else {
        for (int64_t i = 0; i < count; ++i) {
          if (kept[static_cast<size_t>(begin + i)] != 0) mine.add(row[i], begin + i);
        }
      }
    });
  }
  std::vector<std::vector<int64_t>> ids(static_cast<size_t>(num_queries));
  for (size_t q = 0; q < ids.size(); ++q) ids[q] = candidates[q].take();
  return ids;
}

}  // namespace loci::internal
