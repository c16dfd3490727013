// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Hierarchical navigable small worlds (Malkov and Yashunin 2018) by hnswlib. Nodes hold the address
// of their row, so the rows are not copied. Rows are inserted one after the other: inserting from
// several threads would give another graph in every run.
#include "approximate.h"
#include "candidates.h"
#include "rows.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

// Its prefetches read one link past the end of a list (hnswlib 0.6.2); its distances are not used.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

namespace loci::internal {
namespace {

constexpr size_t kConstructionCandidates = 100;
constexpr size_t kLeaderCandidates = 32;  // kept while the node of a row is looked for
constexpr double kNearlyEqual =
    0.02;  // of the squared distance to the squared length: a cosine of .99

/// hnswlib keeps what it is given at any multiple of 4 bytes.
const float* address_at(const void* kept) {
  const float* address = nullptr;
  std::memcpy(&address, kept, sizeof address);
  return address;
}

float one_minus_dot(const void* a, const void* b, const void* dim) {
  return 1 - dot(address_at(a), address_at(b), *static_cast<const size_t*>(dim));
}

/// Dot products of rows that are given by address.
class AddressSpace : public hnswlib::SpaceInterface<float> {
 public:
  explicit AddressSpace(size_t dim) : dim_(dim) {}
  size_t get_data_size() override { return sizeof(const float*); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return one_minus_dot; }
  void* get_dist_func_param() override { return &dim_; }

 private:
  size_t dim_;
};

/// Equal rows, the first of each kind leading.
std::vector<std::vector<int64_t>> equal_rows(const Rows& rows) {
  const size_t bytes = static_cast<size_t>(rows.dim()) * sizeof(float);
  std::vector<std::vector<int64_t>> equal;
  std::unordered_multimap<size_t, size_t> by_hash;
  for (int64_t id = 0; id < rows.size(); ++id) {
    const float* row = rows.row(id);
    const size_t key = std::hash<std::string_view>()({reinterpret_cast<const char*>(row), bytes});
    const auto [begin, end] = by_hash.equal_range(key);
    const auto same = std::find_if(begin, end, [&](const auto& entry) {
      return std::memcmp(rows.row(equal[entry.second].front()), row, bytes) == 0;
    });
    if (same != end) {
      equal[same->second].push_back(id);
    } else {
      by_hash.emplace(key, equal.size());
      equal.push_back({id});
    }
  }
  return equal;
}

class HnswIndex : public Index {
 public:
  HnswIndex(Rows rows, const IndexOptions& options)
      : rows_(std::move(rows)),
        space_(static_cast<size_t>(rows_.dim())),
        candidates_(std::max({options.hnsw_ef, options.rerank, 1})) {
    const std::vector<std::vector<int64_t>> equal = equal_rows(rows_);
    graph_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(&space_,
                                                               std::max<size_t>(equal.size(), 1),
                                                               static_cast<size_t>(options.hnsw_m),
                                                               kConstructionCandidates,
                                                               options.seed);
    graph_->setEf(kLeaderCandidates);
    for (const std::vector<int64_t>& ids : equal) insert(ids);
    graph_->setEf(static_cast<size_t>(candidates_));
  }

  int64_t size() const override { return rows_.size(); }
  int64_t dim() const override { return rows_.dim(); }
  std::string kind() const override { return "hnsw"; }
  size_t memory_bytes() const override {
    // Level 0 lies in one array; a node of higher levels (one in M) holds M links more for each.
    return static_cast<size_t>(size()) * sizeof(int64_t) +
           nodes_.size() * (graph_->size_data_per_element_ +
                            graph_->size_links_per_element_ / graph_->M_ + 64 + sizeof nodes_[0]);
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
      hits[static_cast<size_t>(q)] = search_one(queries.row_data(q), k, kept);
    });
    return hits;
  }

 private:
  std::vector<Hit> search_one(const float* query, int k, std::span<const uint8_t> kept) const {
    // Rows that are left out still are the way to others: ask for more until enough remain.
    const auto all = std::ssize(nodes_);
    for (int64_t want = std::max<int64_t>(k, candidates_);; want *= 4) {
      want = std::min(want, all);
      auto queue = graph_->searchKnn(&query, static_cast<size_t>(want));
      std::vector<int64_t> ids;
      for (; !queue.empty(); queue.pop()) {
        for (const int64_t id : nodes_[queue.top().second]) {
          if (kept.empty() || kept[static_cast<size_t>(id)] != 0) ids.push_back(id);
        }
      }
      if (static_cast<int64_t>(ids.size()) >= k || want == all || kept.empty()) {
        return best_hits(score_exactly(rows_, query, ids), k);
      }
    }
  }

  /// Rows that are equal or nearly so are one node, led by the first. As nodes of their own they would spend their links on
  /// each other: a search that came upon them would see nothing else, and what lies behind could not be reached.
  void insert(const std::vector<int64_t>& ids) {
    const float* row = rows_.row(ids.front());
    if (!nodes_.empty()) {
      const size_t nearest = graph_->searchKnn(&row, 1).top().second;
      if (nearly_equal(row, rows_.row(nodes_[nearest].front()))) {
        nodes_[nearest].insert(nodes_[nearest].end(), ids.begin(), ids.end());
        return;
      }
    }
    graph_->addPoint(&row, nodes_.size());
    nodes_.push_back(ids);
  }

  bool nearly_equal(const float* a, const float* b) const {
    const auto dim = static_cast<size_t>(rows_.dim());
    const double aa = dot_exact(a, a, dim), bb = dot_exact(b, b, dim);
    return aa + bb - 2 * dot_exact(a, b, dim) <= kNearlyEqual * std::max(aa, bb);
  }

  Rows rows_;
  std::vector<std::vector<int64_t>> nodes_;  ///< ids of the rows of each node
  AddressSpace space_;
  int64_t candidates_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph_;
};

}  // namespace

Result<std::unique_ptr<Index>> make_hnsw_index(RowBlocks blocks,
                                               int64_t dim,
                                               const IndexOptions& options) {
  if (options.hnsw_m < 2 || options.hnsw_m > 1000 || options.hnsw_ef < 1) {
    return invalid_argument(format(
        "hnsw: m %d and ef %d; m is 2 to 1000 and ef at least 1", options.hnsw_m, options.hnsw_ef));
  }
  LOCI_TRY(rows, Rows::create(blocks, dim, options.num_threads));
  try {
    return std::unique_ptr<Index>(std::make_unique<HnswIndex>(std::move(rows), options));
  } catch (const std::runtime_error& error) {
    return unsupported(format("hnsw: the library refused %lld rows: %s",
                              static_cast<long long>(rows.size()),
                              error.what()));
  }
}

}  // namespace loci::internal
