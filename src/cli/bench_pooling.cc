// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench_pooling.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"

namespace loci::cli {

Status bench_pooling(PoolingBench& bench) {
  bench.netvlad =
      bench_netvlad(bench.num_features, bench.feature_dim, bench.num_clusters, bench.num_threads);
  const int64_t pooled = int64_t{bench.num_clusters} * bench.feature_dim;
  for (const DType type : {DType::kF32, DType::kF16, DType::kI8}) {
    LOCI_TRY(measured, bench_whitening(pooled, bench.whitened_dim, type, bench.num_threads));
    bench.whitening.emplace_back(dtype_name(type), measured);
  }
  return {};
}

std::string PoolingBench::to_json() const {
  JsonWriter json;
  json.object()
      .member("features", num_features)
      .member("feature_dim", feature_dim)
      .member("clusters", num_clusters);
  json.member("netvlad_ms", netvlad.layer_ms)
      .member("two_gemms_ms", netvlad.two_gemms_ms)
      .member("netvlad_gflops", netvlad.gflops);
  json.member("whitened_dim", whitened_dim).key("whitening").array();
  for (const auto& [type, each] : whitening) {
    json.object().member("weights", type).member("ms", each.ms).member("gb_per_s", each.gb_per_s);
    json.member("read_gb_per_s", each.read_gb_per_s)
        .member("share_of_bandwidth", each.gb_per_s / each.read_gb_per_s);
    json.member("batch_ms_per_image", each.batch_ms_per_image).end();
  }
  json.end().end();
  return json.str();
}

std::string PoolingBench::to_text() const {
  std::string text = format(
      "NetVLAD, %d features of %d, %d clusters: %.3f ms, %.0f GFLOP/s; two bare matrix products "
      "%.3f ms\n",
      num_features,
      feature_dim,
      num_clusters,
      netvlad.layer_ms,
      netvlad.gflops,
      netvlad.two_gemms_ms);
  text += format("whitening %d -> %d, one descriptor (8 at once: each)",
                 num_clusters * feature_dim,
                 whitened_dim);
  for (const auto& [type, each] : whitening) {
    text += format("\n  %-4s %7.2f ms (%.2f)  %6.1f GB/s, %.0f %% of %.1f GB/s read beside it",
                   type.c_str(),
                   each.ms,
                   each.batch_ms_per_image,
                   each.gb_per_s,
                   100 * each.gb_per_s / each.read_gb_per_s,
                   each.read_gb_per_s);
  }
  return text;
}

}  // namespace loci::cli
