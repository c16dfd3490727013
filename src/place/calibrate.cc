// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace loci {
namespace {

constexpr int64_t kCohort =
    1000;  // photographs that a query is compared with to see what chance gives it
constexpr int64_t kPseudoQueries = 300;
constexpr int64_t kLeastImages = 40;  // below this only the bound of fit_chance() is used
constexpr double kFarM =
    300;  // no photograph shows the same place from so far, but for the largest landmarks
constexpr double kGrowth = 1.25;
constexpr uint64_t kSeed = 1;

/// How much the best score of photograph `q` against others exceeds what its own fit expects, in
/// units of its scale; or nothing where too few others are left to compare with.
std::optional<double> excess_of(const Snapshot& state, size_t q) {
  const std::vector<PlaceImage>& images = state.images();
  const std::optional<LatLon>& here = images[q].position;
  const std::span<const float> query = state.descriptor_of(q);
  std::vector<float> scores;
  for (const size_t i : state.cohort()) {
    if (i == q) continue;
    // Where both say their position, those near by are left out: the rest is chance for certain.
    if (here && images[i].position && distance_m(*here, *images[i].position) < kFarM) continue;
    scores.push_back(dot(query.data(), state.descriptor_of(i).data(), query.size()));
  }
  if (static_cast<int64_t>(scores.size()) < kLeastImages / 2) return std::nullopt;
  // A part so small that it seldom holds another photograph of the same place, which nobody has to
  // tell us then.
  const auto part = std::max<int64_t>(8, static_cast<int64_t>(scores.size()) / 16);
  Rng rng(kSeed, q);
  double best = -1;
  for (const int64_t i : rng.sample(static_cast<int64_t>(scores.size()), part)) {
    best = std::max(best, static_cast<double>(scores[static_cast<size_t>(i)]));
  }
  const ChanceFit fit = fit_chance(std::move(scores), static_cast<double>(part));
  if (!fit.ok) return std::nullopt;
  return (best - fit.location) / fit.scale;
}

}  // namespace

void Snapshot::choose_cohort() {
  Rng rng(kSeed, "chance cohort");
  for (const int64_t i : rng.sample(static_cast<int64_t>(images_.size()), kCohort)) {
    cohort_.push_back(static_cast<size_t>(i));
  }
}

ChanceFit Snapshot::chance_for(std::span<const float> query) const {
  std::vector<float> scores;
  scores.reserve(cohort_.size());
  for (const size_t i : cohort_)
    scores.push_back(dot(query.data(), descriptor_of(i).data(), query.size()));
  return fit_chance(std::move(scores), static_cast<double>(images_.size()));
}

Status Collection::calibrate(const Catalogue& catalogue, const JobControl& job) {
  LOCI_TRY(count, catalogue.count());
  LOCI_TRY(text, catalogue.fact("chance"));
  const auto then = static_cast<double>(ChanceModel::parse(text).images),
             now = static_cast<double>(count);
  if (count < kLeastImages || (then > 0 && now < then * kGrowth && now > then / kGrowth)) return {};
  job.progress("calibrating", 0, 0);
  LOCI_TRY(state, Snapshot::load(catalogue, format_));
  Rng rng(kSeed, "pseudo-queries");
  const std::vector<int64_t> queries = rng.sample(count, kPseudoQueries);
  std::vector<std::optional<double>> found(queries.size());
  parallel_for(static_cast<int64_t>(queries.size()), 4, 0, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto slot = static_cast<size_t>(i);
      found[slot] = excess_of(*state, static_cast<size_t>(queries[slot]));
    }
  });
  LOCI_RETURN_IF_ERROR(state->intact());
  std::vector<double> excess;
  for (const std::optional<double>& x : found) {
    if (x) excess.push_back(*x);
  }
  const ChanceModel learnt = ChanceModel::learn(count, std::move(excess));
  LOCI_TRY(transaction, Transaction::begin_write(catalogue.database()));
  LOCI_RETURN_IF_ERROR(catalogue.set_fact("chance", learnt.to_text()));
  return transaction.commit();
}

}  // namespace loci
