// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/eval/doctor.h"

#include <span>
#include <string_view>

namespace loci::internal {

/// A kind of finding: what it costs and what to do, in the words of docs/doctor.md.
struct DoctorCheck {
  const char* name;
  Severity severity;  ///< usual; a check may say otherwise
  const char* cost;
  const char* remedy;
};
std::span<const DoctorCheck> doctor_checks();
/// Contract: there is one of this name.
const DoctorCheck& doctor_check(std::string_view name);

}  // namespace loci::internal
