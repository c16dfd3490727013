// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace loci::internal {

/// Counts requests and their latencies by route, for Prometheus.
/// Threads: safe from many threads
class Metrics {
 public:
  /// Upper ends of the histogram's buckets, seconds.
  static constexpr std::array kBucketsS = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};

  /// `route` as in the interface's description, "/v1/images/{id}"; "other" for unknown ones.
  void count(const std::string& route, const std::string& method, int status, double seconds);
  void count_described(double seconds);
  void count_thumbnail();  ///< one was made, not taken from the cache

  /// Text format 0.0.4 of these counters.
  std::string text() const;

 private:
  struct Histogram {
    std::array<int64_t, kBucketsS.size() + 1> buckets{};
    double sum = 0;
    int64_t count = 0;
    void add(double seconds);
  };
  static void write(std::string& out,
                    const std::string& name,
                    const std::string& labels,
                    const Histogram& histogram);
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, int64_t> requests_;  // labels, status
  std::map<std::string, Histogram> latency_;                         // by route
  Histogram describing_;
  int64_t thumbnails_ = 0;
};

/// One sample with its HELP and TYPE lines. `type`: gauge or counter.
std::string metric_text(const std::string& name,
                        const std::string& type,
                        const std::string& help,
                        double value);

}  // namespace loci::internal
