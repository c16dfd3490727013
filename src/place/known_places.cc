// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "known_places.h"

#include <map>
#include <unordered_map>

namespace loci {

KnownPlaces known_places(const std::vector<PlaceImage>& images, const PlaceLabels& labels) {
  KnownPlaces known;
  if (labels.empty()) return known;
  std::unordered_map<std::string, size_t> first;
  known.items.name.assign(images.size(), -1);
  known.items.alone.assign(images.size(), false);
  std::map<std::string, std::pair<int, size_t>> named;  // number and first photo
  for (size_t i = 0; i < images.size(); ++i) {
    const auto [copy, fresh] = first.emplace(images[i].sha256, i);
    known.items.alone[i] = labels.alone.contains(images[i].sha256);
    if (!fresh && !known.items.alone[i]) known.items.same.emplace_back(copy->second, i);
    const auto name = labels.names.find(images[i].sha256);
    if (name == labels.names.end()) continue;
    const auto [place, unseen] =
        named.emplace(name->second, std::make_pair(static_cast<int>(known.names.size()), i));
    if (unseen) known.names.push_back(name->second);
    known.items.name[i] = place->second.first;
    if (!unseen) known.items.same.emplace_back(place->second.second, i);
  }
  const auto add = [&](const auto& said, std::vector<ItemPair>& pairs) {
    for (const auto& [a, b] : said) {
      const auto one = first.find(a), other = first.find(b);
      if (one != first.end() && other != first.end())
        pairs.emplace_back(one->second, other->second);
    }
  };
  add(labels.same, known.items.same);
  add(labels.different, known.items.different);
  return known;
}

}  // namespace loci
