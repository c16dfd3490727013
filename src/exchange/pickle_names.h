// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pickle.h"

#include <optional>
#include <string_view>

namespace loci {

/// The rule of the reader that a name of a pickle stands for, if there is one. Nothing is looked up anywhere else.
std::optional<Pickle::Global> known_global(std::string_view module, std::string_view name);

/// Names that no checkpoint needs and that could do harm in a reader that called them; also those of torch and NumPy that
/// make tensors in ways that are not known here, as the weights would be missing without them.
bool is_suspect_global(std::string_view module, std::string_view name);

}  // namespace loci
