// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "ivfpq.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/math/kmeans.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loci::internal {
namespace {

constexpr int64_t kSampleBytes = 256 << 20;
constexpr int64_t kCodes = 256;

/// The rotated rows `ids`.
Matrix rotated(const Rows& rows,
               const Rotation& rotation,
               std::span<const int64_t> ids,
               int num_threads) {
  Matrix out(static_cast<int64_t>(ids.size()), rotation.width());
  parallel_for(out.rows(), 16, num_threads, [&](int64_t begin, int64_t end) {
    AlignedBuffer<float> scratch(static_cast<size_t>(rotation.width()));
    for (int64_t i = begin; i < end; ++i) {
      rotation.apply(rows.row(ids[static_cast<size_t>(i)]), out.row(i).data(), scratch.data());
    }
  });
  return out;
}

/// k-means with as many clusters as there are different points, where they are fewer.
Result<Matrix> centers_of(ConstMatrixView points,
                          int64_t clusters,
                          uint64_t seed,
                          int num_threads) {
  for (int64_t count = std::min(clusters, points.rows());; count = (count + 1) / 2) {
    auto result = kmeans(points,
                         {.num_clusters = static_cast<int>(count),
                          .max_iterations = 10,
                          .tolerance = 1e-3,
                          .seed = seed,
                          .num_threads = num_threads});
    if (result.ok()) return std::move(result.value().centers);
    if (count == 1) return result.status();
  }
}

/// Fills first and ids: the rows of each cell, in order.
void sort_into_cells(const Rows& rows, IvfPq& out, int num_threads) {
  std::vector<int32_t> cell(static_cast<size_t>(rows.size()));
  constexpr int64_t kGrain = 512;
  parallel_for(rows.size(), kGrain, num_threads, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> ids(static_cast<size_t>(end - begin));
    std::iota(ids.begin(), ids.end(), begin);
    const Matrix part = rotated(rows, out.rotation, ids, 1);
    assign_nearest({part.data(), part.rows(), out.cell_dim, part.cols()},
                   out.cells,
                   1,
                   std::span(cell).subspan(static_cast<size_t>(begin), ids.size()));
  });
  out.first.assign(static_cast<size_t>(out.cells.rows()) + 1, 0);
  for (const int32_t c : cell) ++out.first[static_cast<size_t>(c) + 1];
  std::partial_sum(out.first.begin(), out.first.end(), out.first.begin());
  out.ids.resize(cell.size());
  std::vector<int64_t> next(out.first.begin(), out.first.end() - 1);
  for (size_t i = 0; i < cell.size(); ++i) {
    out.ids[static_cast<size_t>(next[static_cast<size_t>(cell[i])]++)] = static_cast<int32_t>(i);
  }
}

std::vector<int64_t> ids_in_cell(const IvfPq& index, int64_t cell) {
  return {index.ids.begin() + index.first[static_cast<size_t>(cell)],
          index.ids.begin() + index.first[static_cast<size_t>(cell) + 1]};
}

void subtract_mean(const IvfPq& index, int64_t cell, std::span<float> row) {
  const auto mean = index.means.row(cell);
  for (size_t d = 0; d < row.size(); ++d) row[d] -= mean[d];
}

void average_cells(const Rows& rows, IvfPq& out, int num_threads) {
  out.means = Matrix(out.cells.rows(), out.width());
  parallel_for(out.cells.rows(), 1, num_threads, [&](int64_t cell, int64_t) {
    const std::vector<int64_t> ids = ids_in_cell(out, cell);
    if (ids.empty()) return;
    AlignedBuffer<float> now(static_cast<size_t>(2 * out.width()));
    std::vector<double> sums(static_cast<size_t>(out.width()));
    for (const int64_t id : ids) {
      out.rotation.apply(rows.row(id), now.data(), now.data() + out.width());
      for (size_t d = 0; d < sums.size(); ++d) sums[d] += static_cast<double>(now[d]);
    }
    for (size_t d = 0; d < sums.size(); ++d) {
      out.means.row(cell)[d] = static_cast<float>(sums[d] / static_cast<double>(ids.size()));
    }
  });
}

Status train_books(Matrix& sample, IvfPq& out, const IndexOptions& options) {
  std::vector<int32_t> cell(static_cast<size_t>(sample.rows()));
  assign_nearest({sample.data(), sample.rows(), out.cell_dim, sample.cols()},
                 out.cells,
                 options.num_threads,
                 cell);
  for (int64_t i = 0; i < sample.rows(); ++i)
    subtract_mean(out, cell[static_cast<size_t>(i)], sample.row(i));
  out.books.resize(static_cast<size_t>(out.parts));
  std::vector<Status> problems(out.books.size());
  parallel_for(out.parts, 1, options.num_threads, [&](int64_t part, int64_t) {
    const int64_t dims = out.part_dim();
    const ConstMatrixView piece(sample.data() + part * dims, sample.rows(), dims, sample.cols());
    auto book = centers_of(piece, kCodes, options.seed + static_cast<uint64_t>(part), 1);
    if (book.ok()) {
      out.books[static_cast<size_t>(part)] = std::move(book).value();
    } else {
      problems[static_cast<size_t>(part)] = book.status();
    }
  });
  for (const Status& problem : problems) LOCI_RETURN_IF_ERROR(problem);
  return {};
}

void encode(const Rows& rows, IvfPq& out, int num_threads) {
  out.codes.resize(out.ids.size() * static_cast<size_t>(out.parts));
  parallel_for(out.cells.rows(), 1, num_threads, [&](int64_t cell, int64_t) {
    const std::vector<int64_t> ids = ids_in_cell(out, cell);
    if (ids.empty()) return;
    Matrix members = rotated(rows, out.rotation, ids, 1);
    for (int64_t i = 0; i < members.rows(); ++i) subtract_mean(out, cell, members.row(i));
    std::vector<int32_t> code(ids.size());
    for (int64_t part = 0; part < out.parts; ++part) {
      assign_nearest(
          {members.data() + part * out.part_dim(), members.rows(), out.part_dim(), members.cols()},
          out.books[static_cast<size_t>(part)],
          1,
          code);
      for (size_t i = 0; i < code.size(); ++i) {
        const size_t entry = static_cast<size_t>(out.first[static_cast<size_t>(cell)]) + i;
        out.codes[entry * static_cast<size_t>(out.parts) + static_cast<size_t>(part)] =
            static_cast<uint8_t>(code[i]);
      }
    }
  });
}

}  // namespace

Result<std::unique_ptr<IvfPq>> train_ivfpq(const Rows& rows, const IndexOptions& options) {
  auto out = std::make_unique<IvfPq>(rows.dim());
  const int64_t n = rows.size(), width = out->width();
  if (options.pq_bytes < 1 || width % options.pq_bytes != 0) {
    return invalid_argument(format(
        "ivfpq: codes of %d bytes cannot share %lld values evenly; take a divisor, such as 64",
        options.pq_bytes,
        static_cast<long long>(width)));
  }
  out->parts = options.pq_bytes;
  out->cell_dim = std::min<int64_t>(width, 512);
  if (n == 0) return out;
  const auto automatic = static_cast<int64_t>(4 * std::sqrt(static_cast<double>(n)));
  const int64_t most =
      std::max<int64_t>(1, kSampleBytes / (width * static_cast<int64_t>(sizeof(float))));
  const int64_t cells = std::clamp<int64_t>(
      options.ivf_lists > 0 ? options.ivf_lists : automatic, 1, std::max<int64_t>(1, n / 8));
  const int64_t wanted = std::min({n, most, std::max<int64_t>(32 * cells, 20000)});
  Rng rng(options.seed, "ivfpq sample");
  Matrix sample = rotated(rows, out->rotation, rng.sample(n, wanted), options.num_threads);
  LOCI_TRY(centers,
           centers_of({sample.data(), sample.rows(), out->cell_dim, sample.cols()},
                      std::min(cells, std::max<int64_t>(1, wanted / 4)),
                      options.seed,
                      options.num_threads));
  out->cells = std::move(centers);
  sort_into_cells(rows, *out, options.num_threads);
  average_cells(rows, *out, options.num_threads);
  LOCI_RETURN_IF_ERROR(train_books(sample, *out, options));
  encode(rows, *out, options.num_threads);
  return out;
}

}  // namespace loci::internal
