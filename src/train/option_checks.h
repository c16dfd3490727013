// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace loci::train {

/// InvalidArgument naming the option, what was given and what is allowed.
Status one_of(const char* name, const std::string& given, const std::vector<std::string>& known);
Status within(const char* name, double given, double low, double high);

/// How a difference is told: by name, first and second value.
using Wording =
    std::function<std::string(const std::string&, const std::string&, const std::string&)>;

/// Members of `second` that differ from `first`, but those in `except`, joined by "; ".
/// Errors: Corrupt where one of the two is no JSON object
Result<std::string> json_differences(const std::string& first,
                                     const std::string& second,
                                     const std::set<std::string_view>& except,
                                     const Wording& tell);

/// The same from a checkpoint to a run that resumes it: "batch was 4, is 8".
Result<std::string> json_changes(const std::string& before,
                                 const std::string& after,
                                 const std::set<std::string_view>& may_change);

}  // namespace loci::train
