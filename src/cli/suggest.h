// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace loci::cli {

/// The one of `known` that a mistyped word most likely meant: at most a third of its letters, and at most three, wrong,
/// missing, too many or exchanged with their neighbour. "" for none.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);

/// "; did you mean 'index'?", or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace loci::cli
