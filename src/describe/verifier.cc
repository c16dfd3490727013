// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/verifier.h"

#include "read_photo.h"

#include "loci/backbone/backbone.h"
#include "loci/base/check.h"
#include "loci/base/file.h"
#include "loci/base/lru_cache.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/local/sift.h"
#include "loci/math/vector.h"
#include "loci/model/branches.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace loci {
namespace {

// For models that have not learnt theirs: the built-in model's (recipes/default_odds.json), rounded.
constexpr LogOdds kGeneralPair{.bias = -9, .inliers = 2.4};

/// The features that are pooled, or some of them, lie somewhere in the photo, whatever its size: 322 is a multiple of
/// every patch in use.
bool has_places(const Model& model) {
  const Network& network = model.spec.network;
  const auto places = map_places(network, 322, 322);
  const std::vector<NetworkOutput> outputs = outputs_of(network);
  const std::string& wanted = model.spec.pooling.features_output;
  for (size_t k = 0; places.ok() && k < outputs.size(); ++k) {
    if (wanted.empty() || outputs[k].name == wanted) return (*places)[k].height > 0;
  }
  return true;
}

LocatedFeatures normalised(LocatedFeatures located) {
  for (int64_t i = 0; i < located.features.values.rows(); ++i)
    l2_normalize(located.features.values.row(i));
  return located;
}

class FeatureVerifier final : public Verifier {
 public:
  FeatureVerifier(const Describer& describer, const VerifyOptions& options, std::string method)
      : describer_(describer),
        options_(options),
        method_(std::move(method)),
        odds_(match_odds_of(describer.model().spec)),
        cache_(static_cast<size_t>(options.cache_mib) << 20) {}

  const VerifyOptions& options() const override { return options_; }
  const std::string& method() const override { return method_; }
  const MatchOdds& odds() const override { return odds_; }

  Result<LocatedFeatures> features(ImageView image,
                                   int num_threads,
                                   const DescribedFeatures* made) const override {
    if (method_ == "points") {
      if (made != nullptr) return made->points;
      DescribedFeatures described;
      std::vector<float> descriptor(static_cast<size_t>(describer_.dim()));
      LOCI_RETURN_IF_ERROR(
          describer_.describe(image, descriptor, num_threads, nullptr, &described));
      return std::move(described.points);
    }
    if (method_ == "backbone") {
      if (made != nullptr) return normalised(made->map);
      LOCI_TRY(located, describer_.located_features(image, num_threads));
      return normalised(std::move(located));
    }
    SiftOptions sift;
    sift.dense = false;
    sift.max_features = options_.max_keypoints;
    LOCI_TRY(local, extract_root_sift(image, sift));
    return LocatedFeatures{.features = std::move(local.features),
                           .keypoints = std::move(local.keypoints),
                           .width = image.width,
                           .height = image.height};
  }

  Result<std::shared_ptr<const LocatedFeatures>> features_of(const std::string& path,
                                                             int num_threads) const override {
    LOCI_TRY(info, file_info(path));
    const std::string key =
        path + '\n' + std::to_string(info.mtime_ns) + ' ' + std::to_string(info.size);
    if (auto kept = cache_.find(key)) return kept;
    Photo photo;
    LOCI_RETURN_IF_ERROR(read_photo(describer_, path, false, &photo));
    LOCI_TRY(found, features(photo.image, num_threads, nullptr));
    auto entry = std::make_shared<const LocatedFeatures>(std::move(found));
    cache_.keep(
        key,
        entry,
        entry->features.values.size() * sizeof(float) + entry->keypoints.size() * sizeof(Keypoint));
    return std::shared_ptr<const LocatedFeatures>(std::move(entry));
  }

  Result<GeometricCheck> check(const LocatedFeatures& first,
                               const LocatedFeatures& second) const override {
    return check_geometry(first, second, options_.geometry);
  }

 private:
  const Describer& describer_;
  VerifyOptions options_;
  std::string method_;
  MatchOdds odds_;
  mutable LruCache<LocatedFeatures> cache_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> Verifier::create(const Describer& describer,
                                                   const VerifyOptions& options) {
  const auto first = branches_of(describer.shared_model()).front().model;
  const bool network = first->spec.features == "network";
  const bool map = network && has_places(*first);
  std::string method = options.verify_features;
  if (method == "auto") method = describer.has_points() ? "points" : map ? "backbone" : "rootsift";
  if (method != "points" && method != "backbone" && method != "rootsift") {
    return invalid_argument("verify_features '" + printable(method) +
                            "': expected auto, points, backbone or rootsift");
  }
  if (method == "points" && !describer.has_points()) {
    return invalid_argument("verify_features points: the model '" +
                            printable(describer.model().spec.name) +
                            "' has no local features; use backbone, rootsift or auto");
  }
  if (method == "backbone" && !network) {
    return invalid_argument("verify_features backbone: the model '" +
                            printable(describer.model().spec.name) +
                            "' has no network; use rootsift or auto");
  }
  if (method == "backbone" && !map) {
    return invalid_argument("verify_features backbone: the features of the model '" +
                            printable(describer.model().spec.name) +
                            "' are answers to learnt tokens and lie nowhere in the photo; use "
                            "rootsift or auto");
  }
  if (method == "rootsift" && !has_sparse_sift()) {
    return unsupported(
        "verify_features rootsift needs OpenCV, which this build was made without "
        "(LOCI_WITH_OPENCV=OFF); a model with a network has verify_features backbone");
  }
  if (options.num_candidates < 1 || options.num_candidates > 10'000) {
    return invalid_argument(
        format("num_candidates %d: expected 1 to 10,000", options.num_candidates));
  }
  if (options.max_keypoints < 8) {
    return invalid_argument(format("max_keypoints %d: expected at least 8", options.max_keypoints));
  }
  if (!(options.score_inliers >= 0 && options.score_inliers <= 1e6)) {
    return invalid_argument(
        format("score_inliers %g: expected 0 to 1,000,000", options.score_inliers));
  }
  if (options.cache_mib < 0) {
    return invalid_argument(format("cache_mib %d: expected 0 or more", options.cache_mib));
  }
  // Says what is wrong with the geometry's options now and not at the first pair.
  VerifyOptions settled = options;
  if (settled.geometry.geometry.empty())
    settled.geometry.geometry = method == "points" ? "fundamental" : "homography";
  LOCI_RETURN_IF_ERROR(validate(settled.geometry));
  if (!(options.inlier_weight >= 0 && options.inlier_weight <= 1e3)) {
    return invalid_argument(format("inlier_weight %g: expected 0 to 1,000", options.inlier_weight));
  }
  if (!(options.chance_inliers >= 0 && options.chance_inliers <= 1e6)) {
    return invalid_argument(
        format("chance_inliers %g: expected 0 to 1,000,000", options.chance_inliers));
  }
  return std::unique_ptr<Verifier>(
      std::make_unique<FeatureVerifier>(describer, settled, std::move(method)));
}

double Verifier::pair_probability(int inliers) const {
  return probability(odds().learnt() ? odds().pair : kGeneralPair, {.inliers = inliers});
}

bool Verifier::verified(int matched, int inliers) const {
  if (method() == "points") return pair_probability(inliers) >= 0.5;
  return inliers > options().least_inliers + options().least_share * matched;
}

std::vector<VerifiedCandidate> Verifier::check_files(
    const LocatedFeatures& query,
    std::span<const std::string> paths,
    int num_threads,
    std::span<const std::optional<KeptFeatures>> kept) const {
  LOCI_REQUIRE(kept.empty() || kept.size() == paths.size(), "kept features one a path, or none");
  std::vector<VerifiedCandidate> results(paths.size());
  const bool usable = method() == "points" && !kept.empty() && query.width > 0 && query.height > 0;
  const KeptFeatures own = usable ? keep(query) : KeptFeatures();
  const auto check_one = [&](size_t i) -> Result<GeometricCheck> {
    if (usable && kept[i]) return check_geometry(own, *kept[i], options().geometry);
    LOCI_TRY(other, features_of(paths[i], 1));
    return check(query, *other);
  };
  parallel_for(static_cast<int64_t>(paths.size()), 1, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      VerifiedCandidate& result = results[static_cast<size_t>(i)];
      const auto checked = check_one(static_cast<size_t>(i));
      result.status = checked.status();
      if (!checked.ok()) continue;
      result.matched = static_cast<int>(checked->matches.size());
      result.inliers = checked->inliers;
    }
  });
  return results;
}

std::vector<size_t> Verifier::order(std::span<const VerifiedCandidate> candidates,
                                    std::span<const float> scores) const {
  LOCI_REQUIRE(candidates.size() == scores.size(), "a score for each candidate");
  if (method() != "points") return order_by_inliers(candidates, scores, options().score_inliers);
  std::vector<double> evidence;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const int inliers = candidates[i].status.ok() ? candidates[i].inliers : 0;
    if (odds().learnt()) {
      evidence.push_back(log_odds(
          odds().geometry, {.similarity = static_cast<double>(scores[i]), .inliers = inliers}));
      continue;
    }
    const double beyond = std::max(0.0, inliers - options().chance_inliers);
    evidence.push_back(static_cast<double>(scores[i]) +
                       options().inlier_weight * std::log1p(beyond));
  }
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return evidence[a] > evidence[b]; });
  return order;
}

std::vector<size_t> order_by_inliers(std::span<const VerifiedCandidate> candidates,
                                     std::span<const float> scores,
                                     double score_inliers) {
  const float best = scores.empty() ? 0.F : scores.front();
  const auto evidence = [&](size_t i) {
    if (!candidates[i].status.ok()) return -std::numeric_limits<double>::infinity();
    return candidates[i].inliers + (best > 0 ? score_inliers * scores[i] / best : 0.0);
  };
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return evidence(a) > evidence(b); });
  return order;
}

}  // namespace loci
