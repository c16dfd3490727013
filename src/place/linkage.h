// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace loci {

using ItemPair = std::pair<size_t, size_t>;
using ExaminePairs = std::function<std::vector<bool>(std::span<const ItemPair>)>;

/// What is known beforehand of items. A name is a number from 0 on, or -1 for none.
struct ItemConstraints {
  std::vector<ItemPair> same;       ///< of one group
  std::vector<ItemPair> different;  ///< of two
  std::vector<int> name = {};       ///< by item, or empty; two names are never one group
  std::vector<bool> alone = {};     ///< by item, or empty; joined by `same` alone
};

/// Clusters `n` items by pairs that were found to belong together (`links`, the surest first) and
/// pairs that were examined and do not (`rejected`). A link joins the groups of its two items when
/// links are at least the part `share` of all examined pairs between the two groups; pairs that
/// nobody examined count for neither. Links that join nothing are tried again while others do.
/// share 0 is single linkage (connected components), where one wrong link joins two places.
///
/// With `examine`, which says of pairs whether they belong together, a group must have a core: before two groups become
/// one, up to eight pairs between them that nobody examined are, spread over both, and at least half of all examined
/// pairs must be links. Photos along a street, each like the next, are then no chain.
/// `known` holds whatever links and rejected pairs say.
/// Returns the group of each item, named by its first item.
/// Cost: O(rounds * links * pairs of the smaller group)
std::vector<size_t> cluster_by_links(size_t n,
                                     const std::vector<ItemPair>& links,
                                     const std::vector<ItemPair>& rejected,
                                     double share,
                                     const ExaminePairs& examine = {},
                                     const ItemConstraints& known = {});

}  // namespace loci
