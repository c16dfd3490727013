// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace loci {

/// Types of the messages in an HDF5 object header, as far as they are read.
enum Hdf5Message {
  kDataspace = 1,
  kLinkInfo = 2,
  kDatatype = 3,
  kLink = 6,
  kExternalFiles = 7,
  kLayout = 8,
  kFilters = 11,
  kAttribute = 12,
  kContinuation = 16,
  kSymbolTable = 17
};

inline constexpr uint64_t kHdf5Undefined = ~uint64_t{0};

}  // namespace loci
