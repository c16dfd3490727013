// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/rerank.h"

#include "location.h"

#include <algorithm>

namespace loci {

Status verify_answer(const Verifier& verifier,
                     const LocatedFeatures& query,
                     int k,
                     QueryAnswer* answer,
                     int num_threads,
                     const PlaceDb* db) {
  if (k < 1) return invalid_argument("the number of matches wanted must be 1 or more");
  std::vector<Match>& matches = answer->matches;
  const size_t count =
      std::min(matches.size(), static_cast<size_t>(verifier.options().num_candidates));
  std::vector<std::string> paths;
  std::vector<std::optional<KeptFeatures>> kept;
  for (size_t i = 0; i < count; ++i) {
    paths.push_back(matches[i].image.path);
    if (db == nullptr) continue;
    LOCI_TRY(one, db->kept_features(matches[i].image));
    kept.push_back(std::move(one));
  }
  const std::vector<VerifiedCandidate> found =
      verifier.check_files(query, paths, num_threads, kept);
  for (size_t i = 0; i < count; ++i) {
    if (!found[i].status.ok()) continue;
    matches[i].geometry =
        MatchGeometry{.matched = found[i].matched,
                      .inliers = found[i].inliers,
                      .verified = verifier.verified(found[i].matched, found[i].inliers)};
  }
  std::vector<float> scores;
  for (size_t i = 0; i < count; ++i) scores.push_back(matches[i].score);
  std::vector<Match> ordered;
  for (const size_t i : verifier.order(found, scores)) {
    ordered.push_back(std::move(matches[i]));
  }
  std::move(ordered.begin(), ordered.end(), matches.begin());

  // Verified matches count by their inliers: their scores alone may be no better than chance.
  std::vector<Evidence> evidence;
  bool any = false;
  int most = 1;
  for (const VerifiedCandidate& candidate : found) most = std::max(most, candidate.inliers);
  for (const Match& match : matches) {
    if (!match.geometry || !match.geometry->verified) continue;
    any = true;
    if (match.image.position) {
      evidence.push_back(
          {.position = *match.image.position,
           .score = static_cast<float>(match.geometry->inliers) / static_cast<float>(most)});
    }
  }
  if (any) {
    answer->known_place = true;
    answer->location = estimate_location(evidence, 0);
  }
  if (matches.size() > static_cast<size_t>(k)) matches.resize(static_cast<size_t>(k));
  return {};
}

Result<QueryAnswer> query_verified(const PlaceDb& db,
                                   const Verifier& verifier,
                                   ImageView image,
                                   int k,
                                   const IndexOptions& index,
                                   const std::string& leave_out) {
  const Describer& describer = db.describer();
  DescribedFeatures made;
  std::vector<float> descriptor(static_cast<size_t>(describer.dim()));
  LOCI_RETURN_IF_ERROR(describer.describe(image, descriptor, index.num_threads, nullptr, &made));
  const int wanted = std::max(k, verifier.options().num_candidates);
  LOCI_TRY(answer, db.query_descriptor(descriptor, wanted, index, leave_out));
  LOCI_TRY(features, verifier.features(image, index.num_threads, &made));
  LOCI_RETURN_IF_ERROR(verify_answer(verifier, features, k, &answer, index.num_threads, &db));
  return answer;
}

}  // namespace loci
