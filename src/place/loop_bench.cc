// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/loop_bench.h"

#include "loci/base/json_writer.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

/// Approximately normal, and quick to make: the sum of the eight bytes of a random word.
void add_noise(uint64_t seed, uint64_t stream, float weight, std::vector<float>& row) {
  Rng rng(seed, stream);
  for (float& value : row) {
    const uint64_t word = rng.next();
    int sum = 0;
    for (int i = 0; i < 64; i += 8) sum += static_cast<int>((word >> i) & 255);
    value += weight * (static_cast<float>(sum) - 1020) / 209;
  }
}

std::vector<float> view_of(const LoopBenchOptions& o, int64_t place, int64_t round) {
  std::vector<float> row(static_cast<size_t>(o.loop_dim));
  const auto at = static_cast<uint64_t>(place);
  add_noise(o.seed, at, 1, row);
  add_noise(o.seed, at + 1, 0.5f, row);
  add_noise(o.seed + 1, at * 1000 + static_cast<uint64_t>(round), 1, row);
  return row;
}

double percentile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  const auto at = static_cast<size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(at, 1, values.size()) - 1];
}

}  // namespace

Result<LoopBenchReport> bench_loops(const LoopBenchOptions& options, const JobControl& job) {
  if (options.loop_frames < 1 || options.loop_places < 1) {
    return invalid_argument("loop_frames and loop_places: expected at least 1");
  }
  LoopOptions detector_options;
  detector_options.max_frames = options.loop_max_frames;
  detector_options.num_threads = options.num_threads;
  detector_options.sequence.sequence = options.loop_sequence;
  LOCI_TRY(detector, LoopDetector::create(options.loop_dim, detector_options));
  LoopBenchReport report{.options = options};
  std::vector<double> ms;
  for (int64_t t = 0; t < options.loop_frames; ++t) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("driving", t, options.loop_frames);
    const int64_t place = t % options.loop_places, round = t / options.loop_places;
    const std::vector<float> row = view_of(options, place, round);
    const Stopwatch watch;
    LOCI_TRY(loop, detector->add(row, static_cast<double>(t)));
    ms.push_back(watch.milliseconds());
    report.answerable += round > 0;
    if (loop) {
      ++report.loops;
      report.right += std::abs(loop->match % options.loop_places - place) <= 1;
    }
  }
  report.kept_frames = detector->size();
  report.memory_mib = static_cast<double>(detector->memory_bytes()) / (1 << 20);
  report.p50_ms = percentile(ms, 0.5);
  report.p99_ms = percentile(ms, 0.99);
  report.max_ms = std::ranges::max(ms);
  const std::vector<double> last(ms.end() - std::max<int64_t>(1, std::ssize(ms) / 10), ms.end());
  report.last_p50_ms = percentile(last, 0.5);
  report.last_p99_ms = percentile(last, 0.99);
  return report;
}

std::string LoopBenchReport::to_json() const {
  JsonWriter json;
  json.object().member("frames", options.loop_frames).member("dim", options.loop_dim);
  json.member("sequence", options.loop_sequence).member("max_frames", options.loop_max_frames);
  json.member("seed", options.seed).member("kept_frames", kept_frames).member("loops", loops);
  json.member("right", right).member("answerable", answerable).member("p50_ms", p50_ms);
  json.member("p99_ms", p99_ms).member("max_ms", max_ms).member("last_p50_ms", last_p50_ms);
  json.member("last_p99_ms", last_p99_ms).member("memory_mib", memory_mib).end();
  return json.str();
}

std::string LoopBenchReport::brief_report() const {
  return format(
      "%d frames of %d numbers, %lld kept in %.0f MiB; %lld loops, %lld right, of %lld\n"
      "  add, all frames:        p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n"
      "  add, last tenth of them: p50 %.2f ms, p99 %.2f ms",
      options.loop_frames,
      options.loop_dim,
      static_cast<long long>(kept_frames),
      memory_mib,
      static_cast<long long>(loops),
      static_cast<long long>(right),
      static_cast<long long>(answerable),
      p50_ms,
      p99_ms,
      max_ms,
      last_p50_ms,
      last_p99_ms);
}

}  // namespace loci
