// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace loci::train {

/// Program and plugin share C++ types, so both must come from one build of one version: the
/// configure step writes the version and the compiler here.
inline constexpr const char* kPluginStamp = LOCI_PLUGIN_STAMP;

}  // namespace loci::train
