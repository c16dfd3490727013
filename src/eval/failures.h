// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/eval/report.h"

#include <string>
#include <vector>

namespace loci {

/// The part of the evaluation page that shows the queries whose first answer is wrong.
std::string failures_html(const Dataset& dataset,
                          const std::vector<std::vector<int64_t>>& positives,
                          const std::vector<ModelResult>& models,
                          const ReportOptions& options);

}  // namespace loci
