// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace loci {

/// One option as every surface shows it. An options struct lists its fields once:
///
///   struct KMeansOptions {
///     int num_clusters = 64;
///     template <class V> void describe(V&& v) { v({"num_clusters", "number of clusters K"}, num_clusters); }
///   };
///
/// A visitor is a callable `v(OptionInfo, T& field)` for T of int, int64_t, uint64_t, double, bool and std::string. The
/// command line makes `--num-clusters` of it, JSON and Python use the name as it is; the default is the field's value.
struct OptionInfo {
  std::string_view name;      ///< snake_case
  std::string_view sentence;  ///< what it does, with its unit and, where there is one, its source
};

/// "num_clusters" -> "--num-clusters"; "num_threads", which every verb has, is "--threads".
std::string option_flag(std::string_view name);

}  // namespace loci
