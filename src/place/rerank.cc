// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/rerank.h"

#include "judge.h"
#include "location.h"

#include <algorithm>

namespace loci {
namespace {

/// Verified matches by their inliers, since their scores may be no better than chance; where there is none, those that
/// probably show the place.
std::vector<Evidence> evidence_of(std::span<const Match> matches) {
  const auto verified = [](const Match& m) { return m.geometry && m.geometry->verified; };
  const bool any = std::ranges::any_of(matches, verified);
  int most = 1;
  for (const Match& m : matches) most = std::max(most, m.geometry ? m.geometry->inliers : 0);
  std::vector<Evidence> evidence;
  for (const Match& m : matches) {
    if (!m.image.position || (any ? !verified(m) : m.confidence < kProbablyFrom)) continue;
    const double weight = any ? static_cast<double>(m.geometry->inliers) / most : m.confidence;
    evidence.push_back({.position = *m.image.position, .score = static_cast<float>(weight)});
  }
  return evidence;
}

}  // namespace

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
    matches[i].confidence = checked_confidence(verifier.odds(),
                                               *matches[i].geometry,
                                               static_cast<double>(matches[i].score),
                                               answer->photos,
                                               matches[i].confidence);
  }
  std::vector<float> scores;
  for (size_t i = 0; i < count; ++i) scores.push_back(matches[i].score);
  std::vector<Match> ordered;
  for (const size_t i : verifier.order(found, scores)) {
    ordered.push_back(std::move(matches[i]));
  }
  std::move(ordered.begin(), ordered.end(), matches.begin());

  if (!matches.empty()) {
    answer->confidence = matches.front().confidence;
    answer->verdict = verdict_of(answer->confidence);
    answer->location = answer->verdict == Verdict::kUnknown
                           ? std::nullopt
                           : estimate_location(evidence_of(matches), 0);
  }
  if (matches.size() > static_cast<size_t>(k)) matches.resize(static_cast<size_t>(k));
  return {};
}

Result<QueryAnswer> query_checked(const PlaceDb& db,
                                  const Verifier* verifier,
                                  ImageView image,
                                  int k,
                                  Check check,
                                  const IndexOptions& index,
                                  const std::string& leave_out) {
  const Describer& describer = db.describer();
  if (verifier == nullptr || check == Check::kNever) return db.query(image, k, index, leave_out);
  DescribedFeatures made;
  std::vector<float> descriptor(static_cast<size_t>(describer.dim()));
  LOCI_RETURN_IF_ERROR(describer.describe(image, descriptor, index.num_threads, nullptr, &made));
  const int wanted = std::max(k, verifier->options().num_candidates);
  LOCI_TRY(answer, db.query_descriptor(descriptor, wanted, index, leave_out));
  if (needs_check(answer, check)) {
    LOCI_TRY(features, verifier->features(image, index.num_threads, &made));
    LOCI_RETURN_IF_ERROR(verify_answer(*verifier, features, k, &answer, index.num_threads, &db));
  }
  if (std::ssize(answer.matches) > k) answer.matches.resize(static_cast<size_t>(k));
  return answer;
}

Result<std::unique_ptr<Verifier>> verifier_for(const Describer& describer,
                                               const VerifyOptions& options,
                                               Check check) {
  auto made = Verifier::create(describer, options);
  if (made.status().code() == Code::kUnsupported && check != Check::kAlways)
    return std::unique_ptr<Verifier>();
  return made;
}

bool needs_check(const QueryAnswer& answer, Check check) {
  if (answer.matches.empty() || check == Check::kNever) return false;
  return check == Check::kAlways || !answer.known();
}

}  // namespace loci
