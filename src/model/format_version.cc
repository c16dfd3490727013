// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "format_version.h"

#include <algorithm>

namespace loci::internal {

int version_needed(const ModelSpec& spec) {
  const WhiteningSpec& w = spec.whitening;
  if (w.sketched != 0 || w.similarity_offset != 0 || w.similarity_slope != 1) return 4;
  const bool tokens = std::ranges::any_of(spec.network.ops,
                                          [](const Op& op) { return op.type >= OpType::kLinear; });
  if (tokens || spec.preprocessing.nearest_multiple) return 3;
  const bool newer = spec.preprocessing.side_multiple != 1 || !spec.network.outputs.empty() ||
                     !spec.branches.empty() || spec.own_centers ||
                     !spec.pooling.weights_output.empty() || !spec.pooling.features_output.empty();
  int version = newer ? 2 : 1;
  for (const Branch& branch : spec.branches)
    version = std::max(version, version_needed(branch.spec));
  return version;
}

}  // namespace loci::internal
