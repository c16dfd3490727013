// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

/// Bytes of every process, by rank.
using RankBytes = std::vector<std::vector<uint8_t>>;

/// How the processes of one run talk to each other. Alone, as here, there is nobody to talk to;
/// every call is collective: all processes make the same ones in the same order.
/// Errors: Io when a process ended, the network was cut or nobody answered for too long; there
///         is no going on behind it
/// Threads: one at a time
class Distributor {
 public:
  virtual ~Distributor() = default;
  virtual int rank() const { return 0; }
  virtual int num_ranks() const { return 1; }
  /// Replaces each value by its sum over all processes: the same bits in each of them.
  virtual Status sum(std::span<float>) { return {}; }
  virtual Result<RankBytes> gather(std::span<const uint8_t> bytes) {
    return RankBytes{{bytes.begin(), bytes.end()}};
  }
};

}  // namespace loci::train
