// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/index/bench.h"

namespace loci {

std::string SearchBench::brief_report() const {
  std::string text =
      format("%lld x %lld float32, %lld queries, k = %d, noise %.2f; %s, %d threads, %s\n",
             static_cast<long long>(options.rows),
             static_cast<long long>(options.dim),
             static_cast<long long>(options.queries),
             options.k,
             options.noise,
             cpu.c_str(),
             threads,
             simd.c_str());
  text += format(
      "read bandwidth %.1f GB/s; first hits of the float32 scan equal a float64 scan's for %.2f %% "
      "of %lld\n",
      read_gb_per_s,
      100 * float64_agreement,
      static_cast<long long>(checked_queries));
  if (has_faiss) {
    text += format("FAISS IndexFlatIP: one query %.1f ms, batch %.0f ms, top-1 %.4f\n",
                   faiss_single_ms,
                   faiss_batch_ms,
                   faiss_agreement);
  }
  text +=
      "kind          one query ms  x FAISS  of bandwidth  batch ms  x FAISS   top-1  undecided  "
      "build s    MiB\n";
  for (const SearchTiming& t : timings) {
    text += format("%-13s %12.2f %8.1f %12.0f%% %9.0f %8.1f %7.4f %10.3f %8.1f %6.0f\n",
                   t.kind.c_str(),
                   t.single_ms,
                   t.single_speedup,
                   100 * t.share_of_bandwidth,
                   t.batch_ms,
                   t.batch_speedup,
                   t.top1_agreement,
                   t.undecided,
                   t.build_s,
                   t.memory_mib);
  }
  return text;
}

std::string SearchBench::to_json() const {
  JsonWriter j;
  j.object()
      .member("rows", options.rows)
      .member("dim", options.dim)
      .member("queries", options.queries);
  j.member("k", options.k)
      .member("noise", options.noise)
      .member("seed", options.seed)
      .member("repeats", options.repeats);
  j.member("cpu", cpu)
      .member("simd", simd)
      .member("threads", threads)
      .member("read_gb_per_s", read_gb_per_s);
  j.member("checked_queries", checked_queries).member("float64_agreement", float64_agreement);
  if (has_faiss) {
    j.key("faiss").object().member("single_ms", faiss_single_ms).member("batch_ms", faiss_batch_ms);
    j.member("top1_agreement", faiss_agreement).end();
  }
  j.key("timings").array();
  for (const SearchTiming& t : timings) {
    j.object()
        .member("kind", t.kind)
        .member("build_s", t.build_s)
        .member("memory_mib", t.memory_mib);
    j.member("single_ms", t.single_ms)
        .member("batch_ms", t.batch_ms)
        .member("single_gb_per_s", t.single_gb_per_s);
    j.member("share_of_bandwidth", t.share_of_bandwidth).member("top1_agreement", t.top1_agreement);
    j.member("undecided", t.undecided);
    if (has_faiss)
      j.member("single_speedup", t.single_speedup).member("batch_speedup", t.batch_speedup);
    j.end();
  }
  return j.end().end().str();
}

}  // namespace loci
