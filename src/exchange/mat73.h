// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/file_tree.h"

#include <memory>
#include <span>

namespace loci {

/// HDF5 as a tree: MATLAB's "save -v7.3" (attribute MATLAB_class on every object) or plain groups
/// and arrays. Throws Error.
FileValue read_hdf5_tree(std::span<const uint8_t> bytes,
                         std::shared_ptr<const void> owner,
                         bool* is_matlab);

}  // namespace loci
