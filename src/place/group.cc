// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/group.h"

#include "judge.h"
#include "known_places.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/local/geometry.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace loci {
namespace {

struct Neighbour {
  size_t at = 0;  // position of the photo
  float score = 0;
  double confidence = 0;
};

struct Candidate {
  size_t first = 0, second = 0;  // positions, first < second
  float score = 0;
  double confidence = 0;
  int matched = 0, inliers = 0;
  bool accepted = false;
};

Status check(const GroupOptions& o) {
  if (o.neighbours < 1 || o.neighbours > 1000)
    return invalid_argument(format("neighbours %d: expected 1 to 1,000", o.neighbours));
  if (!(o.least_confidence >= 0 && o.least_confidence <= 1))
    return invalid_argument(format("least_confidence %g: expected 0 to 1", o.least_confidence));
  if (!(o.least_linkage >= 0 && o.least_linkage <= 1))
    return invalid_argument(format("least_linkage %g: expected 0 to 1", o.least_linkage));
  if (!(o.sure_confidence >= 0))
    return invalid_argument(format("sure_confidence %g: expected 0 or more", o.sure_confidence));
  return {};
}

Result<std::vector<std::vector<Neighbour>>> neighbours_of(const PlaceDb& db,
                                                          const std::vector<PlaceImage>& images,
                                                          const GroupOptions& options,
                                                          const IndexOptions& index,
                                                          const JobControl& job) {
  std::unordered_map<int64_t, size_t> position;
  for (size_t i = 0; i < images.size(); ++i) position.emplace(images[i].id, i);
  std::vector<std::vector<Neighbour>> found(images.size());
  constexpr int64_t kChunk = 64;
  IndexOptions single = index;
  single.num_threads = 1;
  for (int64_t begin = 0; begin < std::ssize(images); begin += kChunk) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("searching", begin, std::ssize(images));
    const int64_t count = std::min(kChunk, std::ssize(images) - begin);
    std::vector<Status> failed(static_cast<size_t>(count));
    parallel_for(count, 1, index.num_threads, [&](int64_t from, int64_t to) {
      for (int64_t c = from; c < to; ++c) {
        const auto i = static_cast<size_t>(begin + c);
        const auto descriptor = db.descriptor(images[i].id);
        if (descriptor.status().code() == Code::kNotFound) continue;  // removed meanwhile
        auto answer = descriptor.ok() ? db.query_descriptor(
                                            *descriptor, options.neighbours, single, images[i].path)
                                      : Result<QueryAnswer>(descriptor.status());
        failed[static_cast<size_t>(c)] = answer.status();
        if (!answer.ok()) continue;
        for (const Match& match : answer->matches) {
          const auto at = position.find(match.image.id);
          if (at != position.end()) found[i].push_back({at->second, match.score, match.confidence});
        }
      }
    });
    for (const Status& status : failed) LOCI_RETURN_IF_ERROR(status);
  }
  return found;
}

/// Pairs that chose each other, best first.
std::vector<Candidate> mutual_pairs(const std::vector<std::vector<Neighbour>>& neighbours,
                                    double least_confidence) {
  std::vector<Candidate> pairs;
  for (size_t i = 0; i < neighbours.size(); ++i) {
    for (const Neighbour& forth : neighbours[i]) {
      if (forth.at <= i) continue;
      for (const Neighbour& back : neighbours[forth.at]) {
        if (back.at != i) continue;
        const double confidence = std::min(forth.confidence, back.confidence);
        if (confidence >= least_confidence)
          pairs.push_back(
              {.first = i, .second = forth.at, .score = forth.score, .confidence = confidence});
      }
    }
  }
  return pairs;
}

/// Whether two photos show one place: inliers enough for their similarity, not all in one corner, and beyond doubt where a
/// picture is small.
bool is_link(const Verifier& verifier,
             const PlaceImage& a,
             const PlaceImage& b,
             double score,
             int64_t photos,
             const GeometricCheck& found) {
  // A group is checked by many pairs, so that a pair of it needs less than an answer.
  constexpr double kLinkFrom = 0.75, kLeastSpread = 0.06, kBeyondDoubt = 0.99;
  constexpr int kSmallPx = 200;
  if (found.spread < kLeastSpread) return false;
  if (!verifier.odds().learnt())
    return verifier.verified(static_cast<int>(found.matches.size()), found.inliers);
  const int side = std::min({a.width, a.height, b.width, b.height});
  return probability(verifier.odds().geometry,
                     {.similarity = score, .photos = photos, .inliers = found.inliers}) >=
         (side < kSmallPx ? kBeyondDoubt : kLinkFrom);
}

/// From features that the collection keeps, or else from the photos. Nothing where one is gone or unreadable.
std::optional<GeometricCheck> check_pair(const PlaceDb& db,
                                         const Verifier& verifier,
                                         const PlaceImage& a,
                                         const PlaceImage& b) {
  if (verifier.method() == "points") {
    const auto first = db.kept_features(a), second = db.kept_features(b);
    if (first.ok() && second.ok() && *first && *second) {
      auto found = check_geometry(**first, **second, verifier.options().geometry);
      if (found.ok()) return std::move(*found);
    }
  }
  const auto first = verifier.features_of(a.path), second = verifier.features_of(b.path);
  if (!first.ok() || !second.ok()) return std::nullopt;
  auto found = verifier.check(**first, **second);
  if (!found.ok()) return std::nullopt;
  return std::move(*found);
}

/// Nothing where a photo is no longer in the collection.
std::optional<double> similarity(const PlaceDb& db, const PlaceImage& a, const PlaceImage& b) {
  const auto first = db.descriptor(a.id), second = db.descriptor(b.id);
  if (!first.ok() || !second.ok()) return std::nullopt;
  return static_cast<double>(dot(first->data(), second->data(), first->size()));
}

/// Pairs of one photo lie beside each other, so that its features are at hand.
Status check_pairs(const PlaceDb& db,
                   const std::vector<PlaceImage>& images,
                   const Verifier& verifier,
                   const GroupOptions& options,
                   int num_threads,
                   std::vector<Candidate>& pairs,
                   const JobControl& job) {
  constexpr int64_t kChunk = 64;
  for (int64_t begin = 0; begin < std::ssize(pairs); begin += kChunk) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("checking pairs", begin, std::ssize(pairs));
    const int64_t count = std::min(kChunk, std::ssize(pairs) - begin);
    parallel_for(count, 1, num_threads, [&](int64_t from, int64_t to) {
      for (int64_t c = from; c < to; ++c) {
        Candidate& pair = pairs[static_cast<size_t>(begin + c)];
        pair.accepted = pair.confidence >= options.sure_confidence;
        if (pair.accepted || !options.check_geometry) continue;
        const PlaceImage &first = images[pair.first], &second = images[pair.second];
        const auto found = check_pair(db, verifier, first, second);
        if (!found) continue;
        pair.matched = static_cast<int>(found->matches.size());
        pair.inliers = found->inliers;
        pair.accepted = is_link(
            verifier, first, second, static_cast<double>(pair.score), std::ssize(images), *found);
      }
    });
  }
  return {};
}

Grouping assemble(const std::vector<PlaceImage>& images,
                  std::vector<Candidate> pairs,
                  const GroupOptions& options,
                  const KnownPlaces& known,
                  const ExaminePairs& examine) {
  // The surest first: beyond doubt by score, then by how many regions fit.
  std::stable_sort(pairs.begin(), pairs.end(), [](const Candidate& a, const Candidate& b) {
    const auto key = [](const Candidate& c) { return std::make_pair(c.inliers, c.score); };
    return key(a) > key(b);
  });
  std::vector<ItemPair> accepted, rejected;
  for (const Candidate& pair : pairs) {
    (pair.accepted ? accepted : rejected).emplace_back(pair.first, pair.second);
  }
  const std::vector<size_t> group_of = cluster_by_links(
      images.size(), accepted, rejected, options.least_linkage, examine, known.items);
  std::vector<int> degree(images.size());
  Grouping grouping;
  grouping.photos = std::ssize(images);
  for (const Candidate& pair : pairs) {
    if (!pair.accepted || group_of[pair.first] != group_of[pair.second]) continue;
    ++degree[pair.first];
    ++degree[pair.second];
    grouping.links.push_back({.first = images[pair.first].id,
                              .second = images[pair.second].id,
                              .score = pair.score,
                              .confidence = pair.confidence,
                              .matched = pair.matched,
                              .inliers = pair.inliers});
  }
  std::map<size_t, std::vector<size_t>> members;
  for (size_t i = 0; i < images.size(); ++i) members[group_of[i]].push_back(i);
  for (auto& [root, photos] : members) {
    if (photos.size() < 2) {
      ++grouping.ungrouped;
      continue;
    }
    PhotoGroup group;
    const size_t cover = *std::max_element(
        photos.begin(), photos.end(), [&](size_t a, size_t b) { return degree[a] < degree[b]; });
    std::sort(photos.begin(), photos.end(), [&](size_t a, size_t b) {
      const auto key = [&](size_t i) {
        return std::make_tuple(!images[i].taken.has_value(), images[i].taken.value_or(0), i);
      };
      return key(a) < key(b);
    });
    group.cover = images[cover].id;
    for (const size_t i : photos) {
      group.ids.push_back(images[i].id);
      group.links += degree[i];
      const int name = known.names.empty() ? -1 : known.items.name[i];
      if (name >= 0) group.name = known.names[static_cast<size_t>(name)];
    }
    group.links /= 2;
    grouping.groups.push_back(std::move(group));
  }
  std::sort(
      grouping.groups.begin(), grouping.groups.end(), [](const PhotoGroup& a, const PhotoGroup& b) {
        const auto smallest = [](const PhotoGroup& g) {
          return *std::min_element(g.ids.begin(), g.ids.end());
        };
        return std::make_tuple(-std::ssize(a.ids), smallest(a)) <
               std::make_tuple(-std::ssize(b.ids), smallest(b));
      });
  return grouping;
}

}  // namespace

Result<Grouping> group_photos(const PlaceDb& db,
                              const Verifier& verifier,
                              const GroupOptions& options,
                              const IndexOptions& index,
                              const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(options));
  LOCI_TRY(images, db.images());
  LOCI_TRY(labels, db.place_labels());
  LOCI_TRY(neighbours, neighbours_of(db, images, options, index, job));
  std::vector<Candidate> pairs = mutual_pairs(neighbours, options.least_confidence);
  LOCI_RETURN_IF_ERROR(check_pairs(db, images, verifier, options, index.num_threads, pairs, job));
  const ExaminePairs examine = [&](std::span<const ItemPair> wanted) {
    std::vector<char> linked(wanted.size());
    parallel_for(std::ssize(wanted), 1, index.num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<size_t>(i);
        const PlaceImage &a = images[wanted[at].first], &b = images[wanted[at].second];
        const auto found = check_pair(db, verifier, a, b);
        const auto score = similarity(db, a, b);
        linked[at] = found && score && is_link(verifier, a, b, *score, std::ssize(images), *found);
      }
    });
    return std::vector<bool>(linked.begin(), linked.end());
  };
  return assemble(images,
                  std::move(pairs),
                  options,
                  known_places(images, labels),
                  options.check_geometry ? examine : ExaminePairs());
}

PairScores pairwise_scores(const Grouping& grouping, const std::map<int64_t, std::string>& place) {
  PairScores scores;
  std::map<std::string, int64_t> of_label;
  for (const auto& [id, label] : place) ++of_label[label];
  const auto pairs = [](int64_t n) { return n * (n - 1) / 2; };
  int64_t belong = 0;
  for (const auto& [label, n] : of_label) belong += pairs(n);
  for (const PhotoGroup& group : grouping.groups) {
    std::map<std::string, int64_t> here;
    int64_t labelled = 0;
    for (const int64_t id : group.ids) {
      const auto label = place.find(id);
      if (label == place.end()) continue;
      ++here[label->second];
      ++labelled;
    }
    int64_t right = 0;
    for (const auto& [label, n] : here) right += pairs(n);
    scores.right += right;
    scores.wrong += pairs(labelled) - right;
  }
  scores.missed = belong - scores.right;
  const auto part = [](int64_t a, int64_t b) {
    return b == 0 ? 0.0 : static_cast<double>(a) / static_cast<double>(b);
  };
  scores.precision = part(scores.right, scores.right + scores.wrong);
  scores.recall = part(scores.right, belong);
  const double sum = scores.precision + scores.recall;
  scores.f1 = sum == 0 ? 0 : 2 * scores.precision * scores.recall / sum;
  return scores;
}

}  // namespace loci
