// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "flat_index.h"

#include "candidates.h"
#include "int8_rows.h"
#include "scan.h"
#include "sign_filter.h"

#include "loci/base/parallel.h"

#include <algorithm>

namespace loci::internal {
namespace {

constexpr int64_t kQueryBlock = 1024;
constexpr int64_t kFilterFrom = 2048;  // rows from which filtering by signs pays

class FlatIndex : public FlatIndexBase {
 public:
  FlatIndex(Rows rows, const FlatOptions& options)
      : rows_(std::make_unique<Rows>(std::move(rows))),
        storage_(options.storage),
        rerank_(options.rerank) {
    switch (storage_) {
      case Storage::kFloat32:
        scanner_ = make_float_scanner(*rows_);
        break;
      case Storage::kFloat16:
        scanner_ = make_half_scanner(*rows_, options.num_threads);
        break;
      case Storage::kInt8: {
        auto codes = std::make_unique<Int8Rows>(
            *rows_, options.sign_filter && rows_->size() >= kFilterFrom, options.num_threads);
        if (codes->has_signs()) codes_ = codes.get();
        scanner_ = std::move(codes);
        break;
      }
    }
  }

  int64_t size() const override { return rows_->size(); }
  int64_t dim() const override { return rows_->dim(); }
  std::string kind() const override {
    return storage_ == Storage::kFloat32   ? "flat"
           : storage_ == Storage::kFloat16 ? "flat-f16"
                                           : "flat-i8";
  }
  size_t memory_bytes() const override { return scanner_->memory_bytes(); }

  std::vector<std::vector<Hit>> search(ConstMatrixView queries,
                                       int k,
                                       int num_threads,
                                       const std::function<bool(int64_t)>& keep) const override {
    return search_counting(queries, k, num_threads, keep, nullptr);
  }

  std::vector<std::vector<Hit>> search_counting(ConstMatrixView queries,
                                                int k,
                                                int num_threads,
                                                const std::function<bool(int64_t)>& keep,
                                                int64_t* undecided) const override {
    require_queries(queries, dim(), k);
    std::vector<std::vector<Hit>> hits(static_cast<size_t>(queries.rows()));
    if (k == 0 || size() == 0) return hits;
    const std::vector<uint8_t> kept = kept_rows(*rows_, keep);
    for (int64_t begin = 0; begin < queries.rows(); begin += kQueryBlock) {
      const ConstMatrixView block =
          queries.rows_from(begin, std::min(kQueryBlock, queries.rows() - begin));
      const std::vector<std::vector<int64_t>> ids =
          candidates(block, k, kept, num_threads, undecided);
      parallel_for(block.rows(), 1, num_threads, [&](int64_t q, int64_t) {
        hits[static_cast<size_t>(begin + q)] =
            best_hits(score_exactly(*rows_, block.row_data(q), ids[static_cast<size_t>(q)]), k);
      });
    }
    return hits;
  }

 private:
  std::vector<std::vector<int64_t>> candidates(ConstMatrixView queries,
                                               int k,
                                               std::span<const uint8_t> kept,
                                               int num_threads,
                                               int64_t* undecided) const {
    const bool exact_count = rerank_ > 0 && storage_ != Storage::kFloat32;
    const int64_t want = std::min<int64_t>(size(), exact_count ? std::max<int64_t>(k, rerank_) : k);
    if (codes_ == nullptr || want > size() / 64) {
      return scan_all(*scanner_->prepare(queries, num_threads),
                      queries.rows(),
                      size(),
                      want,
                      exact_count,
                      kept,
                      num_threads);
    }
    auto filtered = sign_filtered(*codes_, queries, want, exact_count, kept, num_threads);
    std::vector<std::vector<int64_t>> ids(filtered.size());
    std::vector<int64_t> left;
    for (size_t q = 0; q < filtered.size(); ++q) {
      if (filtered[q]) {
        ids[q] = std::move(*filtered[q]);
      } else {
        left.push_back(static_cast<int64_t>(q));
      }
    }
    if (undecided != nullptr) *undecided += static_cast<int64_t>(left.size());
    if (left.empty()) return ids;
    const auto count = static_cast<int64_t>(left.size());
    Matrix hard(count, dim());
    for (int64_t i = 0; i < count; ++i)
      std::ranges::copy(queries.row(left[static_cast<size_t>(i)]), hard.row(i).begin());
    auto scanned = scan_all(
        *scanner_->prepare(hard, num_threads), count, size(), want, exact_count, kept, num_threads);
    for (size_t i = 0; i < left.size(); ++i)
      ids[static_cast<size_t>(left[i])] = std::move(scanned[i]);
    return ids;
  }

  std::unique_ptr<Rows> rows_;  // at a fixed address, which the scanner keeps
  Storage storage_;
  int64_t rerank_;
  std::unique_ptr<Scanner> scanner_;
  const Int8Rows* codes_ = nullptr;  ///< the scanner, when it has signs to filter by
};

}  // namespace

Result<std::unique_ptr<FlatIndexBase>> make_flat(RowBlocks blocks,
                                                 int64_t dim,
                                                 const FlatOptions& options) {
  if (options.rerank < 0) return invalid_argument("rerank is a number of candidates, 0 or more");
  LOCI_TRY(rows, Rows::create(blocks, dim, options.num_threads));
  return std::unique_ptr<FlatIndexBase>(std::make_unique<FlatIndex>(std::move(rows), options));
}

}  // namespace loci::internal
