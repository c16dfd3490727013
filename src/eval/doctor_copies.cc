// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace loci::internal {
namespace {

// How two photographs that show the same can do harm, the worst first.
enum class Harm { kLeak, kBetweenParts, kSameSide };

// Both listed as question and answer of one part, in whichever order.
bool leaks(const Photo& a, const Photo& b) {
  for (const Listing& one : a.listed) {
    for (const Listing& other : b.listed) {
      if (one.part == other.part && one.query != other.query) return true;
    }
  }
  return false;
}

bool in_two_parts(const Photo& a, const Photo& b) {
  return std::any_of(a.listed.begin(), a.listed.end(), [&](const Listing& one) {
    return std::any_of(b.listed.begin(), b.listed.end(), [&](const Listing& other) {
      return one.part != other.part;
    });
  });
}

Harm harm_of(const Photo& a, const Photo& b) {
  return leaks(a, b) ? Harm::kLeak : in_two_parts(a, b) ? Harm::kBetweenParts : Harm::kSameSide;
}

// Photographs to act on, each once, under the worst harm it does.
class Copies {
 public:
  explicit Copies(const Examination& exam) : exam_(exam), photos_(exam.photos) {}

  void add(size_t i, size_t j, const char* how) {
    const Photo &a = photos_[i], &b = photos_[j];
    const Harm harm = harm_of(a, b);
    if (harm == Harm::kLeak) {
      if (exam_.asks(i)) put(harm, i, how + b.record.path);
      if (exam_.asks(j)) put(harm, j, how + a.record.path);
    } else {
      put(harm, std::max(i, j), how + photos_[std::min(i, j)].record.path);
    }
  }
  void put(Harm harm, size_t i, std::string detail) {
    const auto [found, is_new] = of_.try_emplace(i, harm, detail);
    if (!is_new && harm < found->second.first) found->second = {harm, std::move(detail)};
  }
  std::vector<Finding::Item> items(Harm harm) const {
    std::vector<Finding::Item> items;
    for (const auto& [i, what] : of_) {
      if (what.first == harm) items.push_back({photos_[i].path, what.second});
    }
    return items;
  }

 private:
  const Examination& exam_;
  const std::vector<Photo>& photos_;
  std::map<size_t, std::pair<Harm, std::string>> of_;
};

// One file listed twice: on both sides without being known for its own query, in two parts, or
// twice on one side.
void add_listed_twice(const Examination& exam, Copies* copies) {
  for (size_t i = 0; i < exam.photos.size(); ++i) {
    const std::vector<Listing>& listed = exam.photos[i].listed;
    if (listed.size() < 2) continue;
    std::map<std::pair<size_t, bool>, int> on_side;
    for (const Listing& one : listed) ++on_side[{one.part, one.query}];
    for (const Listing& one : listed) {
      if (one.part != listed[0].part)
        copies->put(Harm::kBetweenParts, i, "in " + exam.parts[listed[0].part].name + " as well");
      if (on_side[{one.part, one.query}] > 1)
        copies->put(Harm::kSameSide, i, "listed more than once");
      if (!one.query || !on_side.contains({one.part, false})) continue;
      const std::vector<int64_t>& own = exam.parts[one.part].query_in_database;
      if (one.row >= own.size() || own[one.row] < 0)
        copies->put(Harm::kLeak, i, "the same file is in the database");
    }
  }
}

void add_same_content(const Examination& exam, Copies* copies) {
  std::vector<size_t> order;
  for (size_t i = 0; i < exam.photos.size(); ++i) {
    if (exam.photos[i].readable() && !exam.photos[i].sha256.empty()) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(exam.photos[a].sha256, a) < std::tie(exam.photos[b].sha256, b);
  });
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const std::string& content = exam.photos[order[begin]].sha256;
    while (end < order.size() && exam.photos[order[end]].sha256 == content) ++end;
    // Each with the first of all and the first of its part, a database image where there is one:
    // enough to meet the worst harm without looking at every pair.
    std::map<size_t, size_t> first_of_part;
    for (size_t at = begin; at < end; ++at) {
      const size_t i = order[at];
      if (at > begin) copies->add(order[begin], i, "copy of ");
      for (const Listing& one : exam.photos[i].listed) {
        const auto [first, is_new] = first_of_part.try_emplace(one.part, i);
        if (!is_new && first->second != i) copies->add(first->second, i, "copy of ");
      }
    }
  }
}

}  // namespace

void check_copies(Examination* exam) {
  Copies copies(*exam), near(*exam);
  add_listed_twice(*exam, &copies);
  add_same_content(*exam, &copies);
  exam->find_photos("query_copy",
                    "asks for its own copy in the database",
                    "ask for their own copies in the database",
                    copies.items(Harm::kLeak));
  exam->find_photos("parts_share_copies",
                    "is in two parts of the set",
                    "are in two parts of the set",
                    copies.items(Harm::kBetweenParts));
  exam->find_photos("copies",
                    "is a copy of another on the same side",
                    "are copies of others on the same side",
                    copies.items(Harm::kSameSide));
  if (exam->options.quick) return;
  find_near_copies(exam->prints, [&](int64_t i, int64_t j) {
    const auto a = static_cast<size_t>(i), b = static_cast<size_t>(j);
    if (exam->photos[a].sha256 == exam->photos[b].sha256) return;
    near.add(a, b, "nearly the same as ");
  });
  exam->find_photos("query_near_copy",
                    "has nearly the same picture in the database",
                    "have nearly the same picture in the database",
                    near.items(Harm::kLeak));
  exam->find_photos("parts_share_near_copies",
                    "is nearly the same as one of another part",
                    "are nearly the same as others of another part",
                    near.items(Harm::kBetweenParts));
  exam->find_photos("near_copies",
                    "is nearly the same as another on the same side",
                    "are nearly the same as others on the same side",
                    near.items(Harm::kSameSide));
}

}  // namespace loci::internal
