// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"

#include <functional>
#include <string>

namespace loci::train {

/// A process's place among those that train one model together. All are started with the same
/// command and told apart by their environment, as torchrun does it.
struct ClusterPlace {
  int rank = 0;             ///< RANK, from 0
  int num_ranks = 1;        ///< WORLD_SIZE; 1: alone, and nothing below matters
  std::string master_addr;  ///< MASTER_ADDR: host of rank 0
  int master_port = 0;      ///< MASTER_PORT: a free port of it
  int local_rank = -1;      ///< LOCAL_RANK: which CUDA device of this host; -1: the first
  int local_ranks = 1;      ///< LOCAL_WORLD_SIZE: processes that share this host's processors
  /// GLOO_SOCKET_IFNAME: network interface; empty: the one that faces rank 0.
  std::string interface;
  /// TORCHELASTIC_USE_AGENT_STORE: the launcher listens at master_port already.
  bool launcher_listens = false;
  int attempt = 0;  ///< TORCHELASTIC_RESTART_COUNT
};

struct ClusterOptions {
  /// Several processes: how long one waits for the others before it gives up, seconds.
  double timeout_s = 300;

  template <class V>
  void describe(V&& v) {
    v({"timeout_s",
       "several processes: how long one waits for the others before it gives up, seconds (300)"},
      timeout_s);
  }
};

/// The value of an environment variable, or null.
using Environment = std::function<const char*(const char*)>;

/// This process's place by its environment. Neither RANK nor WORLD_SIZE: alone.
/// Errors: InvalidArgument, naming the variable, for one of the two without the other, a rank that
///         is not below WORLD_SIZE, no number, or several processes without MASTER_ADDR and
///         MASTER_PORT
Result<ClusterPlace> cluster_place(const Environment& environment);
/// The same by the environment of this process.
Result<ClusterPlace> cluster_place();

/// Errors: InvalidArgument for a timeout below 1 s or above a week
Status validate(const ClusterOptions& options);

/// Threads for this process when `asked` is 0 (all): its part of the host's processors.
int threads_of_rank(const ClusterPlace& place, int asked);

}  // namespace loci::train
