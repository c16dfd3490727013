// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace loci {

/// Equal for names that people read as one: letters with their marks composed or apart (NFC, NFD), A to Z or a to z.
std::string name_key(std::string_view text);

}  // namespace loci
