// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/check.h"

#include <stdexcept>

namespace loci::internal {

void contract_broken(const char* file, int line, const char* condition, const std::string& what) {
  throw std::invalid_argument(std::string(file) + ":" + std::to_string(line) + ": " + what + " (" +
                              condition + ")");
}

}  // namespace loci::internal
