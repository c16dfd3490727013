// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/pairs.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

namespace loci {
namespace {

constexpr int64_t kBlockBytes = int64_t{64} << 20;  // of descriptors held at once, twice
constexpr int64_t kMaxBlockRows = 4096;

/// The filters, but for the score, which is looked at first.
class Filter {
 public:
  explicit Filter(const PairOptions& options) : o_(options) {}

  bool passes(const PlaceImage& a, const PlaceImage& b) const {
    return a.path != b.path && passes_position(a, b) && passes_time(a, b);
  }

 private:
  bool passes_position(const PlaceImage& a, const PlaceImage& b) const {
    if (!a.position || !b.position) return !o_.need_position;
    if (o_.max_distance_m <= 0 && o_.min_distance_m <= 0) return true;
    const double metres = distance_m(*a.position, *b.position);
    return metres >= o_.min_distance_m && (o_.max_distance_m <= 0 || metres <= o_.max_distance_m);
  }
  bool passes_time(const PlaceImage& a, const PlaceImage& b) const {
    if (!a.taken || !b.taken) return !o_.need_time;
    const auto gap = std::abs(static_cast<double>(*a.taken) - static_cast<double>(*b.taken));
    return gap >= o_.min_time_gap_s && (o_.max_time_gap_s <= 0 || gap <= o_.max_time_gap_s);
  }
  const PairOptions& o_;
};

bool better(const ImagePair& a, const ImagePair& b) {
  return a.score != b.score ? a.score > b.score : a.match < b.match;
}

/// The best pairs of one query so far, the worst of them on top.
struct Best {
  std::vector<ImagePair> heap;

  void offer(const ImagePair& pair,
             size_t k,
             const Filter& filter,
             const DescribedSet& queries,
             const DescribedSet& database) {
    if (heap.size() == k && !better(pair, heap.front())) return;
    if (!filter.passes(queries.images[static_cast<size_t>(pair.query)],
                       database.images[static_cast<size_t>(pair.match)])) {
      return;
    }
    if (heap.size() == k) {
      std::pop_heap(heap.begin(), heap.end(), better);
      heap.pop_back();
    }
    heap.push_back(pair);
    std::push_heap(heap.begin(), heap.end(), better);
  }
};

Status check(const PairOptions& o) {
  const auto wrong = [](const char* name, const std::string& why) {
    return invalid_argument(option_flag(name) + ": " + why);
  };
  if (o.num_matches < 1) return wrong("num_matches", "at least one pair must be sought");
  if (!(o.min_score <= 1)) return wrong("min_score", "no cosine similarity is above 1");
  if (!(o.max_distance >= 0)) return wrong("max_distance", "a distance is not negative");
  for (const auto& [name, value] : {std::pair{"max_distance_m", o.max_distance_m},
                                    {"min_distance_m", o.min_distance_m},
                                    {"min_time_gap_s", o.min_time_gap_s},
                                    {"max_time_gap_s", o.max_time_gap_s}}) {
    if (!(value >= 0)) return wrong(name, format("must be 0 or more, not %g", value));
  }
  if (o.max_distance_m > 0 && o.min_distance_m > o.max_distance_m) {
    return wrong("min_distance_m", "is above --max-distance-m, so that no pair could pass");
  }
  if (o.max_time_gap_s > 0 && o.min_time_gap_s > o.max_time_gap_s) {
    return wrong("min_time_gap_s", "is above --max-time-gap-s, so that no pair could pass");
  }
  return {};
}

/// Unit vectors at Euclidean distance d have the dot product 1 - d^2 / 2.
float least_score(const PairOptions& o) {
  const double by_distance = 1 - o.max_distance * o.max_distance / 2;
  return static_cast<float>(std::max(o.min_score, by_distance));
}

int64_t block_rows(int64_t dim, int64_t images) {
  const int64_t rows = kBlockBytes / std::max<int64_t>(1, dim * int64_t{sizeof(float)});
  return std::max<int64_t>(1, std::min({rows, kMaxBlockRows, images}));
}

Result<std::vector<ImagePair>> scan(const DescribedSet& queries,
                                    const DescribedSet& database,
                                    const PairOptions& options,
                                    const JobControl& job) {
  const auto num_queries = static_cast<int64_t>(queries.images.size());
  const auto num_database = static_cast<int64_t>(database.images.size());
  const Filter filter(options);
  const float least = least_score(options);
  const auto k = static_cast<size_t>(options.num_matches);
  const int64_t step_q = block_rows(queries.dim, num_queries);
  const int64_t step_d = block_rows(database.dim, num_database);
  Matrix rows_q(step_q, queries.dim), rows_d(step_d, database.dim), scores(step_q, step_d);
  std::vector<ImagePair> pairs;
  for (int64_t q0 = 0; q0 < num_queries; q0 += step_q) {
    const int64_t nq = std::min(step_q, num_queries - q0);
    LOCI_RETURN_IF_ERROR(queries.read(q0, rows_q.view().rows_from(0, nq)));
    std::vector<Best> best(static_cast<size_t>(nq));
    for (int64_t d0 = 0; d0 < num_database; d0 += step_d) {
      if (job.cancelled()) return cancelled("stopped on request while pairing");
      job.progress("pairing", q0 * num_database + nq * d0, num_queries * num_database);
      const int64_t nd = std::min(step_d, num_database - d0);
      LOCI_RETURN_IF_ERROR(database.read(d0, rows_d.view().rows_from(0, nd)));
      const MatrixView<float> out(scores.data(), nq, nd, step_d);
      gemm_nt(
          rows_q.view().rows_from(0, nq), rows_d.view().rows_from(0, nd), out, options.num_threads);
      parallel_for(nq, 1, options.num_threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const auto row = out.row(i);
          for (int64_t j = 0; j < nd; ++j) {
            const float score = row[static_cast<size_t>(j)];
            if (score >= least) {
              best[static_cast<size_t>(i)].offer(
                  {q0 + i, d0 + j, score}, k, filter, queries, database);
            }
          }
        }
      });
    }
    for (Best& each : best) {
      std::sort_heap(each.heap.begin(), each.heap.end(), better);
      pairs.insert(pairs.end(), each.heap.begin(), each.heap.end());
    }
  }
  return pairs;
}

using PositionPair = std::pair<int64_t, int64_t>;

void keep_mutual(std::vector<ImagePair>* pairs, const std::set<PositionPair>& reverse) {
  std::erase_if(*pairs, [&](const ImagePair& p) { return !reverse.contains({p.match, p.query}); });
}

std::set<PositionPair> positions(const std::vector<ImagePair>& pairs) {
  std::set<PositionPair> out;
  for (const ImagePair& pair : pairs) out.emplace(pair.query, pair.match);
  return out;
}

}  // namespace

Result<std::vector<ImagePair>> find_pairs(const DescribedSet& queries,
                                          const DescribedSet& database,
                                          const PairOptions& options,
                                          const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(options));
  if (queries.dim != database.dim) {
    return invalid_argument(format("descriptors of %lld and of %lld numbers cannot be compared",
                                   static_cast<long long>(queries.dim),
                                   static_cast<long long>(database.dim)));
  }
  LOCI_TRY(pairs, scan(queries, database, options, job));
  if (options.mutual) {
    LOCI_TRY(reverse, scan(database, queries, options, job));
    keep_mutual(&pairs, positions(reverse));
  }
  return pairs;
}

Result<std::vector<ImagePair>> find_pairs(const DescribedSet& set,
                                          const PairOptions& options,
                                          const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(options));
  LOCI_TRY(pairs, scan(set, set, options, job));
  if (options.mutual) keep_mutual(&pairs, positions(pairs));
  return pairs;
}

}  // namespace loci
