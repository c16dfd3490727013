// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

/// How the processes of one run talk to each other. Alone, as here, there is nobody to talk to;
/// every call is collective: all processes make the same ones in the same order.
class Distributor {
 public:
  virtual ~Distributor() = default;
  virtual int rank() const { return 0; }
  virtual int num_ranks() const { return 1; }
  /// Replaces each value by its sum over all processes.
  virtual Status sum(std::span<float>) { return {}; }
  virtual Status sum(std::span<double>) { return {}; }
  /// The bytes of every process, by rank.
  virtual Result<std::vector<std::vector<uint8_t>>> gather(std::span<const uint8_t> bytes) {
    return std::vector<std::vector<uint8_t>>{{bytes.begin(), bytes.end()}};
  }
  /// Returns when all processes have come here.
  virtual Status barrier() { return {}; }
};

}  // namespace loci::train
