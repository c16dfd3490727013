// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace loci::internal {

/// Throws std::invalid_argument "FILE:LINE: WHAT (CONDITION)".
[[noreturn]] void contract_broken(const char* file,
                                  int line,
                                  const char* condition,
                                  const std::string& what);

}  // namespace loci::internal

/// The caller's part of a contract, checked in every build. A broken one throws std::invalid_argument.
#define LOCI_REQUIRE(condition, what)                                                          \
  do {                                                                                         \
    if (!(condition)) ::loci::internal::contract_broken(__FILE__, __LINE__, #condition, what); \
  } while (false)
