// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/projection.h"

#include "projected_model.h"
#include "view_pairs.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"
#include "loci/math/discriminant.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace loci::train {
namespace {

/// Shorter side of the photos that copies are made of, pixels: the changes are stated for it.
constexpr int kSide = 400;
/// Photos between two additions to the sums: a constant, so that the sums are always cut the same.
constexpr int64_t kBatch = 32;
constexpr int kCalibrationImages = 64;

/// At least what the network looks at in a photo of 3 by 2.
int working_side(const Preprocessing& preprocessing) {
  const auto [width, height] = network_size(preprocessing, kSide * 3 / 2, kSide);
  return std::max(kSide, std::min(width, height));
}

std::vector<std::string> drawn(std::span<const std::string> photos, int count, uint64_t seed) {
  std::vector<std::string> chosen;
  Rng rng(seed, "photos");
  for (const int64_t i : rng.sample(std::ssize(photos), count))
    chosen.push_back(photos[static_cast<size_t>(i)]);
  return chosen;
}

/// The model with a pooling that needs no tensors.
Result<std::unique_ptr<Describer>> feature_maker(const Model& model, int num_threads) {
  ModelSpec spec = model.spec;
  spec.pooling = PoolingSpec{.type = "mean"};
  spec.whitening = {};
  return Describer::create(make_model(std::move(spec), model.tensors),
                           {.precision = Precision::kFp32,
                            .num_threads = num_threads,
                            .kernel_choice = KernelChoice::kWinograd});
}

struct Learnt {
  PairScatter pairs;
  int64_t photos = 0;
};

class PairLearner {
 public:
  PairLearner(const Describer& describer, const ProjectionOptions& options, const JobControl& job)
      : describer_(describer),
        options_(options),
        job_(job),
        side_(working_side(describer.model().spec.preprocessing)) {}

  Result<Learnt> learn(std::span<const std::string> photos) {
    LOCI_TRY(dim, feature_dim());
    if (options_.dim > dim) {
      return invalid_argument(format("dim is %d: expected 1 to %lld, the width of the features",
                                     options_.dim,
                                     static_cast<long long>(dim)));
    }
    Learnt learnt{.pairs = PairScatter(dim)};
    for (int64_t begin = 0; begin < std::ssize(photos); begin += kBatch) {
      const int64_t count = std::min(kBatch, std::ssize(photos) - begin);
      std::vector<Result<ViewPairs>> batch(static_cast<size_t>(count), ViewPairs{});
      parallel_for(count, 1, options_.num_threads, [&](int64_t i, int64_t) {
        if (job_.cancelled()) return;
        batch[static_cast<size_t>(i)] = pairs_of(photos[static_cast<size_t>(begin + i)], begin + i);
        const std::lock_guard lock(mutex_);
        job_.progress("comparing photos with copies", ++done_, std::ssize(photos));
      });
      if (job_.cancelled())
        return cancelled("stopped on request while learning; nothing was written");
      for (const Result<ViewPairs>& one : batch) {
        if (one.ok()) {
          learnt.pairs.add(one->copies, one->originals, options_.num_threads);
          ++learnt.photos;
        } else {
          passed_over_ = one.status();
          ++num_passed_over_;
        }
      }
    }
    if (num_passed_over_ > 0) {
      job_.message(format("%lld of %zu photos passed over; the last one: %s",
                          static_cast<long long>(num_passed_over_),
                          photos.size(),
                          passed_over_.message().c_str()));
    }
    return learnt;
  }

 private:
  Result<int64_t> feature_dim() const {
    const Network& network = describer_.model().spec.network;
    LOCI_TRY(channels, operator_channels(network, 3));
    return channels[features_op(network)];
  }

  Result<ViewPairs> pairs_of(const std::string& path, int64_t number) const {
    LOCI_TRY(photo,
             load_at_side(path, side_, !describer_.model().spec.preprocessing.ignore_orientation));
    Rng rng(options_.seed, format("copies of photo %lld", static_cast<long long>(number)));
    return view_pairs(describer_, photo, options_.copies, options_.features_per_copy, &rng);
  }

  const Describer& describer_;
  const ProjectionOptions& options_;
  const JobControl& job_;
  int side_;
  std::mutex mutex_;
  int64_t done_ = 0, num_passed_over_ = 0;
  Status passed_over_;
};

/// Centers for the new features, and activation ranges where the model had them.
Result<std::shared_ptr<const Model>> refitted(std::shared_ptr<const Model> model,
                                              bool calibrated,
                                              std::span<const std::string> photos,
                                              const ProjectionOptions& options,
                                              const JobControl& job) {
  const LearnOptions learn{.num_clusters = model->spec.pooling.num_clusters,
                           .max_images = options.max_images,
                           .calibration_images = calibrated ? kCalibrationImages : 0,
                           .seed = options.seed,
                           .num_threads = options.num_threads};
  return learn_model(model->spec, model->tensors, photos, learn, job);
}

}  // namespace

Status validate(const ProjectionOptions& options) {
  const auto least = [](const char* name, int value) -> Status {
    if (value >= 1) return {};
    return invalid_argument(format("%s is %d: expected 1 or more", name, value));
  };
  LOCI_RETURN_IF_ERROR(least("dim", options.dim));
  LOCI_RETURN_IF_ERROR(least("copies", options.copies));
  LOCI_RETURN_IF_ERROR(least("max_images", options.max_images));
  LOCI_RETURN_IF_ERROR(least("features_per_copy", options.features_per_copy));
  if (!(options.power >= 0 && options.power <= 1))
    return invalid_argument(format("power is %g: expected 0 to 1", options.power));
  if (options.shrink >= 0 && options.shrink <= 1e6) return {};
  return invalid_argument(format("shrink is %g: expected 0 or more", options.shrink));
}

Result<std::shared_ptr<const Model>> learn_projection(std::shared_ptr<const Model> model,
                                                      std::span<const std::string> photos,
                                                      const ProjectionOptions& options,
                                                      const JobControl& job) {
  LOCI_RETURN_IF_ERROR(validate(options));
  LOCI_RETURN_IF_ERROR(check_projectable(*model));
  LOCI_TRY(describer, feature_maker(*model, options.num_threads));
  const std::vector<std::string> chosen = drawn(photos, options.max_images, options.seed);
  LOCI_TRY(learnt, PairLearner(*describer, options, job).learn(chosen));
  if (learnt.pairs.pairs() < learnt.pairs.dim()) {
    return invalid_argument(
        format("%lld photos give %lld pairs of features, fewer than a feature has dimensions "
               "(%lld); give more photos",
               static_cast<long long>(learnt.photos),
               static_cast<long long>(learnt.pairs.pairs()),
               static_cast<long long>(learnt.pairs.dim())));
  }
  LOCI_TRY(projection,
           fit_discriminant(
               learnt.pairs,
               {.output_dim = options.dim, .shrink = options.shrink, .power = options.power}));
  const bool calibrated = model->tensors.contains("calibration.input");
  const ProjectionRecord record{
      .options = options, .photos = learnt.photos, .pairs = learnt.pairs.pairs()};
  return refitted(with_projection(*model, projection, record), calibrated, chosen, options, job);
}

}  // namespace loci::train
