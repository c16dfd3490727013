// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/bench.h"

#include "bench_data.h"
#include "candidates.h"
#include "faiss_peer.h"
#include "flat_index.h"
#include "kernels.h"

#include "loci/base/cpu.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/index/index.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// The median of `count` runs in milliseconds, after one that warms up.
template <class Work>
double median_ms(int64_t count, Work&& work) {
  std::vector<double> times;
  work(int64_t{0});
  for (int64_t i = 0; i < count; ++i) {
    const Stopwatch watch;
    work(i + 1);
    times.push_back(watch.milliseconds());
  }
  return median(std::move(times));
}

/// Single queries are measured on more of them, since they differ and are short.
int64_t single_runs(const SearchBenchOptions& options) {
  return 4 * static_cast<int64_t>(options.repeats) + 1;
}

/// Reads all rows once with all threads: the limit of any scan of as many bytes.
class BandwidthProbe {
 public:
  BandwidthProbe(const Matrix& rows, const SearchBenchOptions& options)
      : memory_(reinterpret_cast<const unsigned char*>(rows.data())),
        bytes_(static_cast<int64_t>(rows.size() * sizeof(float)) / 256 * 256),
        num_threads_(options.num_threads),
        sums_(static_cast<size_t>((bytes_ + kGrain - 1) / kGrain)) {}

  void read_once() {
    parallel_for(bytes_, kGrain, num_threads_, [&](int64_t begin, int64_t end) {
      sums_[static_cast<size_t>(begin / kGrain)] =
          internal::scan_kernels().read_bytes(memory_ + begin, end - begin);
    });
  }
  double gb_per_s(double ms) const { return static_cast<double>(bytes_) / ms * 1e-6; }

 private:
  static constexpr int64_t kGrain = 1 << 20;
  const unsigned char* memory_;
  int64_t bytes_;
  int num_threads_;
  std::vector<uint64_t> sums_;
};

/// Single queries on `index`, each followed by one read of the rows, so that a machine that slows
/// down slows both.
void measure_beside_reads(const Index& index,
                          ConstMatrixView queries,
                          double bytes,
                          BandwidthProbe& probe,
                          const SearchBenchOptions& options,
                          SearchTiming& timing) {
  std::vector<double> single, shares;
  for (int64_t i = 0; i <= single_runs(options); ++i) {
    const Stopwatch query_watch;
    (void)index.search(queries.rows_from(i % queries.rows(), 1), options.k, options.num_threads);
    const double query_ms = query_watch.milliseconds();
    const Stopwatch read_watch;
    probe.read_once();
    const double read_ms = read_watch.milliseconds();
    if (i == 0) continue;
    single.push_back(query_ms);
    shares.push_back(bytes / query_ms * 1e-6 / probe.gb_per_s(read_ms));
  }
  timing.single_ms = median(std::move(single));
  timing.single_gb_per_s = bytes / timing.single_ms * 1e-6;
  timing.share_of_bandwidth = median(std::move(shares));
}

std::vector<int64_t> first_ids(const std::vector<std::vector<Hit>>& hits) {
  std::vector<int64_t> ids;
  for (const auto& list : hits) ids.push_back(list.empty() ? -1 : list[0].id);
  return ids;
}

double agreement(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  double same = 0;
  for (size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1 : 0;
  return a.empty() ? 1 : same / static_cast<double>(a.size());
}

Result<std::unique_ptr<Index>> build(const std::string& kind,
                                     const Matrix& rows,
                                     const SearchBenchOptions& options) {
  if (kind == "flat-i8-scan") {
    LOCI_TRY(
        index,
        internal::make_flat(
            {rows},
            options.dim,
            {.storage = Storage::kInt8, .sign_filter = false, .num_threads = options.num_threads}));
    return std::unique_ptr<Index>(std::move(index));
  }
  return make_index({rows},
                    options.dim,
                    {.kind = kind, .num_threads = options.num_threads, .seed = options.seed});
}

/// Bytes of the copy that a single query reads from end to end, or 0.
double bytes_scanned(const std::string& kind, const SearchBenchOptions& options) {
  const double values = static_cast<double>(options.rows) * static_cast<double>(options.dim);
  return kind == "flat"           ? 4 * values
         : kind == "flat-f16"     ? 2 * values
         : kind == "flat-i8-scan" ? values
                                  : 0;
}

Result<SearchTiming> measure(const std::string& kind,
                             const internal::BenchData& data,
                             const std::vector<int64_t>& exact,
                             BandwidthProbe& probe,
                             const SearchBench& bench) {
  const SearchBenchOptions& options = bench.options;
  SearchTiming timing;
  timing.kind = kind;
  const Stopwatch watch;
  LOCI_TRY(index, build(kind, data.rows, options));
  timing.build_s = watch.seconds();
  timing.memory_mib = static_cast<double>(index->memory_bytes()) / (1 << 20);
  const ConstMatrixView queries = data.queries;
  if (const double bytes = bytes_scanned(kind, options); bytes > 0) {
    measure_beside_reads(*index, queries, bytes, probe, options, timing);
  } else {
    timing.single_ms = median_ms(single_runs(options), [&](int64_t i) {
      (void)index->search(queries.rows_from(i % queries.rows(), 1), options.k, options.num_threads);
    });
  }
  std::vector<std::vector<Hit>> hits;
  timing.batch_ms = median_ms(options.repeats, [&](int64_t) {
    hits = index->search(queries, options.k, options.num_threads);
  });
  timing.top1_agreement = agreement(first_ids(hits), exact);
  if (const auto* flat = dynamic_cast<const internal::FlatIndexBase*>(index.get())) {
    int64_t undecided = 0;
    (void)flat->search_counting(queries, options.k, options.num_threads, {}, &undecided);
    timing.undecided = static_cast<double>(undecided) / static_cast<double>(queries.rows());
  }
  if (bench.has_faiss) {
    timing.single_speedup = bench.faiss_single_ms / timing.single_ms;
    timing.batch_speedup = bench.faiss_batch_ms / timing.batch_ms;
  }
  return timing;
}

/// Compares the first hits of the float32 scan with float64 scans of some queries.
void check_with_float64(const internal::BenchData& data,
                        const std::vector<int64_t>& exact,
                        SearchBench& bench) {
  bench.checked_queries = std::min<int64_t>(32, data.queries.rows());
  std::vector<uint8_t> same(static_cast<size_t>(bench.checked_queries));
  std::vector<int64_t> all(static_cast<size_t>(data.rows.rows()));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  const internal::Rows rows =
      internal::Rows::create({data.rows}, bench.options.dim, bench.options.num_threads).value();
  parallel_for(bench.checked_queries, 1, bench.options.num_threads, [&](int64_t q, int64_t) {
    const auto hits =
        internal::best_hits(internal::score_exactly(rows, data.queries.row(q).data(), all), 1);
    same[static_cast<size_t>(q)] = hits[0].id == exact[static_cast<size_t>(q)] ? 1 : 0;
  });
  double count = 0;
  for (const uint8_t yes : same) count += yes;
  bench.float64_agreement = count / static_cast<double>(bench.checked_queries);
}

void measure_faiss(const internal::BenchData& data,
                   const std::vector<int64_t>& exact,
                   SearchBench& bench) {
  const SearchBenchOptions& options = bench.options;
  const ConstMatrixView queries = data.queries;
  bench.faiss_single_ms = median_ms(options.repeats, [&](int64_t i) {
    internal::faiss_flat_search(
        data.rows, queries.rows_from(i % queries.rows(), 1), options.k, options.num_threads);
  });
  std::vector<int64_t> ids;
  bench.faiss_batch_ms = median_ms(options.repeats, [&](int64_t) {
    ids = internal::faiss_flat_search(data.rows, queries, options.k, options.num_threads);
  });
  std::vector<int64_t> first;
  for (size_t q = 0; q < exact.size(); ++q)
    first.push_back(ids[q * static_cast<size_t>(options.k)]);
  bench.faiss_agreement = agreement(first, exact);
}

Status check(const SearchBenchOptions& options) {
  if (options.rows < 1 || options.dim < 1 || options.queries < 1 || options.k < 1 ||
      options.k > options.rows || options.repeats < 1 || !(options.noise >= 0) ||
      options.rows > (int64_t{1} << 40) / options.dim) {
    return invalid_argument(
        "bench search: rows, dim, queries, k and repeats are at least 1, k is at most rows, noise "
        "is not "
        "negative, and rows * dim is below 2^40");
  }
  return {};
}

}  // namespace

Result<SearchBench> bench_search(const SearchBenchOptions& options, const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(options));
  SearchBench bench;
  bench.options = options;
  bench.cpu = cpu_name();
  bench.simd = simd_name(simd_level());
  bench.threads = resolve_threads(options.num_threads);
  const std::vector<std::string> kinds = split(options.kinds, ',');
  const auto total = static_cast<int64_t>(kinds.size()) + 2;
  job.progress("making descriptors", 0, total);
  const internal::BenchData data = internal::make_bench_data(options);
  BandwidthProbe probe(data.rows, options);
  bench.read_gb_per_s =
      probe.gb_per_s(median_ms(single_runs(options), [&](int64_t) { probe.read_once(); }));

  job.progress("exact answers", 1, total);
  LOCI_TRY(flat,
           make_flat_index({data.rows}, options.dim, Storage::kFloat32, 0, options.num_threads));
  const std::vector<int64_t> exact = first_ids(flat->search(data.queries, 1, options.num_threads));
  check_with_float64(data, exact, bench);
  bench.has_faiss = internal::has_faiss();
  if (bench.has_faiss) {
    job.progress("FAISS", 2, total);
    measure_faiss(data, exact, bench);
  }
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (job.cancelled()) return cancelled("bench search was stopped");
    job.progress(kinds[i], static_cast<int64_t>(i) + 2, total);
    LOCI_TRY(timing, measure(kinds[i], data, exact, probe, bench));
    bench.timings.push_back(timing);
  }
  return bench;
}

}  // namespace loci
