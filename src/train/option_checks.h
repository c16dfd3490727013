// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace loci::train {

/// InvalidArgument naming the option, what was given and what is allowed.
Status one_of(const char* name, const std::string& given, const std::vector<std::string>& known);
Status within(const char* name, double given, double low, double high);

/// Members of `after` that differ from `before`, but those in `may_change`: "batch was 4, is 8".
/// Errors: Corrupt for a `before` that is no JSON object
Result<std::string> json_changes(const std::string& before,
                                 const std::string& after,
                                 const std::set<std::string_view>& may_change);

}  // namespace loci::train
