// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/spec.h"

namespace loci::internal {

/// Descriptions of newer versions are refused (docs/formats/model_file.md).
constexpr int kFormatVersion = 4;

/// The lowest version whose readers understand the description, so that a model keeps its text and
/// fingerprint when loci learns more.
int version_needed(const ModelSpec& spec);

}  // namespace loci::internal
