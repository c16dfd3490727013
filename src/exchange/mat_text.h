// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace loci {

/// UTF-16 code units, in which MATLAB keeps text, as UTF-8. Zeros are left out.
std::string utf16_to_utf8(std::span<const uint16_t> units);

}  // namespace loci
