// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "approximate.h"
#include "candidates.h"
#include "ivfpq.h"

#include "loci/base/parallel.h"
#include "loci/math/vector.h"

#include <algorithm>

namespace loci::internal {
namespace {

constexpr int64_t kUsualRerank = 200;

class IvfPqIndex : public Index {
 public:
  IvfPqIndex(Rows rows, std::unique_ptr<IvfPq> tables, const IndexOptions& options)
      : rows_(std::move(rows)),
        t_(std::move(tables)),
        probes_(options.ivf_probes),
        rerank_(options.rerank > 0 ? options.rerank : kUsualRerank) {}

  int64_t size() const override { return rows_.size(); }
  int64_t dim() const override { return rows_.dim(); }
  std::string kind() const override { return "ivfpq"; }
  size_t memory_bytes() const override {
    size_t floats = t_->cells.size() + t_->means.size();
    for (const Matrix& book : t_->books) floats += book.size();
    return floats * sizeof(float) + t_->codes.size() + t_->ids.size() * sizeof(int32_t);
  }

  std::vector<std::vector<Hit>> search(ConstMatrixView queries,
                                       int k,
                                       int num_threads,
                                       const std::function<bool(int64_t)>& keep) const override {
    require_queries(queries, dim(), k);
    std::vector<std::vector<Hit>> hits(static_cast<size_t>(queries.rows()));
    if (k == 0 || size() == 0) return hits;
    const std::vector<uint8_t> kept = kept_rows(rows_, keep);
    parallel_for(queries.rows(), 1, num_threads, [&](int64_t q, int64_t) {
      const float* query = queries.row_data(q);
      hits[static_cast<size_t>(q)] =
          best_hits(score_exactly(rows_, query, candidates(query, k, kept)), k);
    });
    return hits;
  }

 private:
  std::vector<int64_t> candidates(const float* query, int k, std::span<const uint8_t> kept) const {
    AlignedBuffer<float> memory(static_cast<size_t>(2 * t_->width()));
    t_->rotation.apply(query, memory.data(), memory.data() + t_->width());
    const float* rotated = memory.data();
    const std::vector<float> table = products(rotated);
    Candidates best(std::max<int64_t>(k, rerank_), 0);
    for (const int64_t cell : nearest_cells(rotated)) {
      const float base = dot(rotated, t_->means.row(cell).data(), static_cast<size_t>(t_->width()));
      for (int64_t e = t_->first[static_cast<size_t>(cell)];
           e < t_->first[static_cast<size_t>(cell) + 1];
           ++e) {
        const int64_t id = t_->ids[static_cast<size_t>(e)];
        if (!kept.empty() && kept[static_cast<size_t>(id)] == 0) continue;
        best.add(base + look_up(table, t_->codes.data() + e * t_->parts), id);
      }
    }
    return best.take();
  }

  /// table[part * 256 + code] = query part . code word
  std::vector<float> products(const float* rotated) const {
    std::vector<float> table(static_cast<size_t>(t_->parts) * 256);
    const int64_t dims = t_->part_dim();
    for (int64_t part = 0; part < t_->parts; ++part) {
      const Matrix& book = t_->books[static_cast<size_t>(part)];
      for (int64_t code = 0; code < book.rows(); ++code) {
        table[static_cast<size_t>(part * 256 + code)] =
            dot(rotated + part * dims, book.row(code).data(), static_cast<size_t>(dims));
      }
    }
    return table;
  }

  float look_up(const std::vector<float>& table, const uint8_t* code) const {
    float sums[4] = {};
    const auto parts = static_cast<size_t>(t_->parts);
    size_t part = 0;
    for (; part + 4 <= parts; part += 4) {
      for (size_t s = 0; s < 4; ++s) sums[s] += table[(part + s) * 256 + code[part + s]];
    }
    for (; part < parts; ++part) sums[0] += table[part * 256 + code[part]];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  std::vector<int64_t> nearest_cells(const float* rotated) const {
    std::vector<std::pair<float, int64_t>> order(static_cast<size_t>(t_->cells.rows()));
    for (int64_t c = 0; c < t_->cells.rows(); ++c) {
      order[static_cast<size_t>(c)] = {
          squared_distance(rotated, t_->cells.row(c).data(), static_cast<size_t>(t_->cell_dim)), c};
    }
    const auto count = std::min<size_t>(order.size(), static_cast<size_t>(probes_));
    std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end());
    std::vector<int64_t> cells(count);
    for (size_t i = 0; i < count; ++i) cells[i] = order[i].second;
    return cells;
  }

  Rows rows_;
  std::unique_ptr<IvfPq> t_;
  int64_t probes_, rerank_;
};

}  // namespace

Result<std::unique_ptr<Index>> make_ivfpq_index(RowBlocks blocks,
                                                int64_t dim,
                                                const IndexOptions& options) {
  if (options.ivf_lists < 0 || options.ivf_probes < 1 || options.rerank < 0) {
    return invalid_argument(
        "ivfpq: ivf_lists and rerank are not negative and ivf_probes is at least 1");
  }
  LOCI_TRY(rows, Rows::create(blocks, dim, options.num_threads));
  LOCI_TRY(tables, train_ivfpq(rows, options));
  return std::unique_ptr<Index>(
      std::make_unique<IvfPqIndex>(std::move(rows), std::move(tables), options));
}

}  // namespace loci::internal
