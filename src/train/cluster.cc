// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/cluster.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace loci::train {
namespace {

constexpr int kMostRanks = 65536;
constexpr int kMostPort = 65535;
constexpr double kWeek_s = 7.0 * 24 * 3600;

/// Reads a variable that must be a number of a range; leaves `out` alone when it is not set.
Status read_number(const Environment& environment, const char* name, int low, int high, int* out) {
  const char* text = environment(name);
  if (text == nullptr) return {};
  const auto value = parse_int(text);
  if (!value || *value < low || *value > high) {
    return invalid_argument(
        format("%s is '%s' in the environment; it must be a number from %d to "
               "%d",
               name,
               printable(text).c_str(),
               low,
               high));
  }
  *out = static_cast<int>(*value);
  return {};
}

}  // namespace

Result<ClusterPlace> cluster_place(const Environment& environment) {
  ClusterPlace place;
  const bool has_rank = environment("RANK") != nullptr;
  const bool has_size = environment("WORLD_SIZE") != nullptr;
  if (!has_rank && !has_size) return place;
  if (has_rank != has_size) {
    return invalid_argument(
        format("%s is set in the environment, %s is not; set both for several "
               "processes (docs/cluster.md), or neither",
               has_rank ? "RANK" : "WORLD_SIZE",
               has_rank ? "WORLD_SIZE" : "RANK"));
  }
  LOCI_RETURN_IF_ERROR(read_number(environment, "WORLD_SIZE", 1, kMostRanks, &place.num_ranks));
  LOCI_RETURN_IF_ERROR(read_number(environment, "RANK", 0, kMostRanks, &place.rank));
  if (place.rank >= place.num_ranks) {
    return invalid_argument(format("RANK is %d with WORLD_SIZE %d; ranks are counted from 0 to %d",
                                   place.rank,
                                   place.num_ranks,
                                   place.num_ranks - 1));
  }
  if (place.num_ranks == 1) return place;
  for (const char* name : {"MASTER_ADDR", "MASTER_PORT"}) {
    const char* text = environment(name);
    if (text != nullptr && *text != '\0') continue;
    return invalid_argument(
        format("WORLD_SIZE is %d, but %s is not set; it must name the %s "
               "of rank 0, the same in every process (docs/cluster.md)",
               place.num_ranks,
               name,
               std::string_view(name) == "MASTER_ADDR" ? "host" : "port"));
  }
  place.master_addr = environment("MASTER_ADDR");
  LOCI_RETURN_IF_ERROR(read_number(environment, "MASTER_PORT", 1, kMostPort, &place.master_port));
  LOCI_RETURN_IF_ERROR(read_number(environment, "LOCAL_RANK", 0, kMostRanks, &place.local_rank));
  LOCI_RETURN_IF_ERROR(
      read_number(environment, "LOCAL_WORLD_SIZE", 1, kMostRanks, &place.local_ranks));
  if (const char* name = environment("GLOO_SOCKET_IFNAME"); name != nullptr) place.interface = name;
  const char* agent = environment("TORCHELASTIC_USE_AGENT_STORE");
  place.launcher_listens = agent != nullptr && std::string_view(agent) == "True";
  LOCI_RETURN_IF_ERROR(
      read_number(environment, "TORCHELASTIC_RESTART_COUNT", 0, kMostRanks, &place.attempt));
  return place;
}

Result<ClusterPlace> cluster_place() {
  return cluster_place([](const char* name) -> const char* { return std::getenv(name); });
}

Status validate(const ClusterOptions& options) {
  if (options.timeout_s >= 1 && options.timeout_s <= kWeek_s) return {};
  return invalid_argument(
      format("timeout_s is %g; it must be from 1 to %g", options.timeout_s, kWeek_s));
}

int threads_of_rank(const ClusterPlace& place, int asked) {
  if (asked != 0) return asked;
  return std::max(1, resolve_threads(0) / place.local_ranks);
}

}  // namespace loci::train
