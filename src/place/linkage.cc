// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "linkage.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace loci {
namespace {

struct Examined {
  size_t other = 0;
  bool linked = false;
};

class Groups {
 public:
  Groups(size_t n, const std::vector<ItemPair>& links, const std::vector<ItemPair>& rejected)
      : group_of_(n), members_(n), examined_(n) {
    std::iota(group_of_.begin(), group_of_.end(), size_t{0});
    for (size_t i = 0; i < n; ++i) members_[i] = {i};
    add(links, true);
    add(rejected, false);
  }

  /// Joins the groups of two items if enough speaks for it; whether it did.
  bool join(size_t a, size_t b, double share) {
    size_t small = group_of_[a], large = group_of_[b];
    if (small == large) return false;
    if (members_[small].size() > members_[large].size()) std::swap(small, large);
    int64_t linked = 0, all = 0;
    for (const size_t item : members_[small]) {
      for (const Examined& pair : examined_[item]) {
        if (group_of_[pair.other] != large) continue;
        ++all;
        linked += pair.linked ? 1 : 0;
      }
    }
    if (static_cast<double>(linked) < share * static_cast<double>(all)) return false;
    for (const size_t item : members_[small]) group_of_[item] = large;
    members_[large].insert(members_[large].end(), members_[small].begin(), members_[small].end());
    members_[small].clear();
    return true;
  }

  std::vector<size_t> result() const {
    std::vector<size_t> first(group_of_.size());
    for (size_t i = group_of_.size(); i-- > 0;) first[group_of_[i]] = i;
    std::vector<size_t> out(group_of_.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = first[group_of_[i]];
    return out;
  }

 private:
  void add(const std::vector<ItemPair>& pairs, bool linked) {
    for (const auto& [a, b] : pairs) {
      examined_[a].push_back({b, linked});
      examined_[b].push_back({a, linked});
    }
  }

  std::vector<size_t> group_of_;
  std::vector<std::vector<size_t>> members_;
  std::vector<std::vector<Examined>> examined_;
};

}  // namespace

std::vector<size_t> cluster_by_links(size_t n,
                                     const std::vector<ItemPair>& links,
                                     const std::vector<ItemPair>& rejected,
                                     double share) {
  Groups groups(n, links, rejected);
  for (bool joined = true; joined;) {
    joined = false;
    for (const auto& [a, b] : links) joined |= groups.join(a, b, share);
  }
  return groups.result();
}

}  // namespace loci
