// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/file_tree.h"

#include <memory>
#include <span>
#include <string>

namespace loci {

/// MATLAB level 5 files (save -v6 and -v7) as MathWorks' "MAT-File Format" describes them: numbers,
/// text, cells and structures; other classes are named and passed over. Integers that MATLAB stores
/// small for a double array become doubles again. Throws Error.
bool is_mat5(std::span<const uint8_t> bytes);
FileValue read_mat5(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);

/// A list, or its only item when MATLAB's array of structures has one element.
FileValue struct_array(std::vector<FileValue> elements);

}  // namespace loci
