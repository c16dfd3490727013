// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace loci {

/// Members of a model's record (ModelSpec::record), which is the text of a JSON object. A record
/// that is none counts as empty.
std::string record_text(const std::string& record, const std::string& name);  ///< "" when missing
int64_t record_number(const std::string& record, const std::string& name);    ///< 0 when missing
std::string with_record_text(const std::string& record,
                             const std::string& name,
                             const std::string& value);
std::string with_record_number(const std::string& record, const std::string& name, int64_t value);

}  // namespace loci
