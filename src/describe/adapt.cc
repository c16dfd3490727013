// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/adapt.h"

#include "learn_centers.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/model/branches.h"
#include "loci/model/record.h"

#include <algorithm>

namespace loci {
namespace {

constexpr const char* kBase = "adapted_from";
constexpr const char* kPhotos = "adapted_to_photos";

bool learns_centers(const BranchPart& part) {
  const std::string& pooling = part.model->spec.pooling.type;
  return !part.fixed_centers && (pooling == "netvlad" || pooling == "vlad");
}

std::vector<std::string> drawn(std::span<const std::string> photos, const LearnOptions& options) {
  std::vector<std::string> chosen;
  Rng rng(options.seed, "photos");
  for (const int64_t i : rng.sample(std::ssize(photos), options.max_images))
    chosen.push_back(photos[static_cast<size_t>(i)]);
  return chosen;
}

/// Makes the same features, and needs no centers for it.
std::shared_ptr<const Model> without_centers(const Model& model,
                                             const std::vector<BranchPart>& parts) {
  std::vector<std::shared_ptr<const Model>> plain;
  for (const BranchPart& part : parts) {
    auto made = std::make_shared<Model>(*part.model);
    made->spec.pooling = {.type = "mean",
                          .features_output = part.model->spec.pooling.features_output,
                          .weights_output = part.model->spec.pooling.weights_output};
    made->spec.whitening = {};
    plain.push_back(std::move(made));
  }
  auto whole = std::make_shared<Model>(*with_branches(model, plain));
  whole->spec.whitening = {};
  return whole;
}

Result<std::shared_ptr<const Model>> with_centers(const Model& part,
                                                  Matrix features,
                                                  const LearnOptions& options,
                                                  const JobControl& job) {
  LOCI_TRY(clusters,
           internal::learn_clusters(part.spec.pooling, std::move(features), options, job));
  TensorMap tensors = part.tensors;
  for (const char* old : {"pooling.weight", "pooling.bias", "pooling.centers"}) tensors.erase(old);
  for (auto& [name, tensor] : clusters) tensors[name] = std::move(tensor);
  return make_model(part.spec, std::move(tensors));
}

}  // namespace

namespace internal {

Result<std::shared_ptr<const Model>> adapted_to(std::shared_ptr<const Model> model,
                                                std::vector<Matrix> samples,
                                                int64_t photos,
                                                const LearnOptions& options,
                                                const JobControl& job) {
  const std::vector<BranchPart> parts = branches_of(model);
  std::vector<std::shared_ptr<const Model>> adapted;
  for (size_t b = 0; b < parts.size(); ++b) {
    if (!learns_centers(parts[b])) {
      adapted.push_back(parts[b].model);
      continue;
    }
    LOCI_TRY(made, with_centers(*parts[b].model, std::move(samples[b]), options, job));
    adapted.push_back(std::move(made));
  }
  const auto joined = with_branches(*model, adapted);
  ModelSpec spec = joined->spec;
  TensorMap tensors = joined->tensors;
  spec.whitening = {};
  std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("whitening."); });
  spec.own_centers = true;
  spec.record = with_record_text(model->spec.record, kBase, base_fingerprint(*model));
  spec.record = with_record_number(spec.record, kPhotos, photos);
  return make_model(std::move(spec), std::move(tensors));
}

}  // namespace internal

LearnOptions adapt_options() { return {.max_images = 160, .features_per_image = 160}; }

Result<std::shared_ptr<const Model>> adapt_model(std::shared_ptr<const Model> model,
                                                 std::span<const std::string> photos,
                                                 const LearnOptions& options,
                                                 const DescribeOptions& describe,
                                                 const JobControl& job) {
  const std::vector<BranchPart> parts = branches_of(model);
  if (std::ranges::none_of(parts, learns_centers)) {
    return invalid_argument("model '" + printable(model->spec.name) +
                            "' has no NetVLAD or VLAD pooling, so there are no centers to adapt");
  }
  LOCI_TRY(describer, Describer::create(without_centers(*model, parts), describe));
  const std::vector<std::string> chosen = drawn(photos, options);
  LOCI_TRY(samples, internal::sample_features(*describer, chosen, options, job));
  return internal::adapted_to(model, std::move(samples), std::ssize(photos), options, job);
}

Result<Adapt> parse_adapt(const std::string& text) {
  if (text == "auto") return Adapt::kAuto;
  if (text == "always") return Adapt::kAlways;
  if (text == "never") return Adapt::kNever;
  return invalid_argument("adapt '" + printable(text) + "': expected auto, always or never");
}

Result<std::shared_ptr<const Model>> model_for_collection(std::shared_ptr<const Model> model,
                                                          std::span<const std::string> photos,
                                                          Adapt adapt,
                                                          const DescribeOptions& describe,
                                                          const JobControl& job) {
  const bool wanted = adapt == Adapt::kAlways || (adapt == Adapt::kAuto && model->spec.own_centers);
  if (!wanted) return model;
  if (std::ssize(photos) < kLeastPhotosForOwnCenters) {
    if (adapt == Adapt::kAlways) {
      job.message(
          format("%zu photos are too few to learn centers from (%lld at least); the "
                 "model's own serve",
                 photos.size(),
                 static_cast<long long>(kLeastPhotosForOwnCenters)));
    }
    return model;
  }
  const Result<std::shared_ptr<const Model>> adapted =
      adapt_model(model, photos, adapt_options(), describe, job);
  // Photos that cannot be read, or have too few features, are no reason to do without a collection.
  if (adapted.status().code() == Code::kInvalidArgument && adapt == Adapt::kAuto) {
    job.message("the model's own centers serve: " + adapted.status().message());
    return model;
  }
  return adapted;
}

std::string base_fingerprint(const Model& model) {
  const std::string base = record_text(model.spec.record, kBase);
  return base.empty() ? model.fingerprint : base;
}

std::string outgrown(const Model& model, int64_t photos) {
  constexpr int64_t kGrowth = 10, kClearlyEnough = 30;
  if (!model.spec.own_centers) return {};
  const int64_t learnt_from = adapted_to_photos(model);
  if (learnt_from == 0 && photos >= kClearlyEnough) {
    return format("the collection has %lld photos and still uses the model's general centers",
                  static_cast<long long>(photos));
  }
  if (learnt_from > 0 && photos >= kGrowth * learnt_from) {
    return format("the collection's centers were learnt from %lld photos, it has %lld now",
                  static_cast<long long>(learnt_from),
                  static_cast<long long>(photos));
  }
  return {};
}

int64_t adapted_to_photos(const Model& model) { return record_number(model.spec.record, kPhotos); }

}  // namespace loci
