// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "linkage.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace loci {
namespace {

constexpr size_t kSampled = 8;
constexpr double kCore = 0.5;

struct Examined {
  size_t other = 0;
  bool linked = false;
  bool sampled = false;  // for the core alone
};

struct Count {
  int64_t linked = 0, all = 0;
  bool reaches(double share) const {
    return static_cast<double>(linked) >= share * static_cast<double>(all);
  }
};

class Groups {
 public:
  Groups(size_t n,
         const std::vector<ItemPair>& links,
         const std::vector<ItemPair>& rejected,
         const ItemConstraints& known)
      : group_of_(n), members_(n), examined_(n), apart_(n), name_(n, -1), alone_(n) {
    std::iota(group_of_.begin(), group_of_.end(), size_t{0});
    for (size_t i = 0; i < n; ++i) members_[i] = {i};
    if (!known.name.empty()) name_ = known.name;
    if (!known.alone.empty()) alone_ = known.alone;
    for (const auto& [a, b] : known.same) unite(group_of_[a], group_of_[b]);
    for (const auto& [a, b] : known.different) {
      apart_[a].push_back(b);
      apart_[b].push_back(a);
    }
    add(links, true);
    add(rejected, false);
  }

  /// Joins the groups of two items if enough speaks for it; whether it did.
  bool join(size_t a, size_t b, double share, const ExaminePairs& examine) {
    size_t small = group_of_[a], large = group_of_[b];
    if (small == large || alone_[a] || alone_[b]) return false;
    if (members_[small].size() > members_[large].size()) std::swap(small, large);
    if (are_apart(small, large)) return false;
    if (!count(small, large, false).reaches(share)) return false;
    if (examine && !has_core(small, large, examine)) return false;
    unite(small, large);
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
  void unite(size_t small, size_t large) {
    if (small == large) return;
    for (const size_t item : members_[small]) group_of_[item] = large;
    members_[large].insert(members_[large].end(), members_[small].begin(), members_[small].end());
    members_[small].clear();
    if (name_[large] < 0) name_[large] = name_[small];
  }

  /// Known to be two places.
  bool are_apart(size_t small, size_t large) const {
    if (name_[small] >= 0 && name_[large] >= 0 && name_[small] != name_[large]) return true;
    return std::ranges::any_of(members_[small], [&](size_t item) {
      return std::ranges::any_of(apart_[item],
                                 [&](size_t other) { return group_of_[other] == large; });
    });
  }

  Count count(size_t small, size_t large, bool with_sampled) const {
    Count found;
    for (const size_t item : members_[small]) {
      for (const Examined& pair : examined_[item]) {
        if (group_of_[pair.other] != large || (pair.sampled && !with_sampled)) continue;
        ++found.all;
        found.linked += pair.linked ? 1 : 0;
      }
    }
    return found;
  }

  bool is_examined(size_t a, size_t b) const {
    return std::ranges::any_of(examined_[a], [&](const Examined& e) { return e.other == b; });
  }

  bool has_core(size_t small, size_t large, const ExaminePairs& examine) {
    const std::vector<size_t>&few = members_[small], &many = members_[large];
    const int64_t sampled = count(small, large, true).all - count(small, large, false).all;
    std::vector<ItemPair> wanted;
    const size_t pairs = few.size() * many.size(), tries = std::min(pairs, 4 * kSampled);
    for (size_t t = 0; t < tries && wanted.size() + static_cast<size_t>(sampled) < kSampled; ++t) {
      const size_t at = t * pairs / tries;
      const ItemPair pair{few[at % few.size()], many[at / few.size()]};
      if (!is_examined(pair.first, pair.second)) wanted.push_back(pair);
    }
    if (!wanted.empty()) {
      const std::vector<bool> linked = examine(wanted);
      for (size_t i = 0; i < wanted.size(); ++i) {
        const auto [a, b] = wanted[i];
        examined_[a].push_back({b, linked[i], true});
        examined_[b].push_back({a, linked[i], true});
      }
    }
    return count(small, large, true).reaches(kCore);
  }

  void add(const std::vector<ItemPair>& pairs, bool linked) {
    for (const auto& [a, b] : pairs) {
      examined_[a].push_back({b, linked, false});
      examined_[b].push_back({a, linked, false});
    }
  }

  std::vector<size_t> group_of_;
  std::vector<std::vector<size_t>> members_;
  std::vector<std::vector<Examined>> examined_;
  std::vector<std::vector<size_t>> apart_;  // by item
  std::vector<int> name_;                   // by group
  std::vector<bool> alone_;                 // by item
};

}  // namespace

std::vector<size_t> cluster_by_links(size_t n,
                                     const std::vector<ItemPair>& links,
                                     const std::vector<ItemPair>& rejected,
                                     double share,
                                     const ExaminePairs& examine,
                                     const ItemConstraints& known) {
  Groups groups(n, links, rejected, known);
  for (bool joined = true; joined;) {
    joined = false;
    for (const auto& [a, b] : links) joined |= groups.join(a, b, share, examine);
  }
  return groups.result();
}

}  // namespace loci
