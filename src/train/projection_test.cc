// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/projection.h"

#include "projection_test_models.h"
#include "view_pairs.h"

#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"
#include "loci/model/branches.h"

#include <atomic>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

/// Street corners as files, drawn once.
const std::vector<std::string>& photos() {
  static const std::vector<std::string> files = [] {
    const auto folder = std::filesystem::path(testing::TempDir()) / "projection_photos";
    std::filesystem::create_directories(folder);
    std::vector<std::string> made;
    for (uint64_t place = 0; place < 12; ++place) {
      made.push_back(folder / (std::to_string(place) + ".jpg"));
      EXPECT_TRUE(save_jpeg(made.back(), sketch_place(place, 1, 300, 200)).ok());
    }
    return made;
  }();
  return files;
}

ProjectionOptions small_options() {
  return {.dim = 6, .copies = 2, .features_per_copy = 30, .num_threads = 2};
}

std::shared_ptr<const Model> projected(const std::shared_ptr<const Model>& model,
                                       const ProjectionOptions& options = small_options()) {
  return learn_projection(model, photos(), options).value();
}

std::vector<float> description(std::shared_ptr<const Model> model, const Image& image) {
  auto describer = Describer::create(std::move(model), {.precision = Precision::kFp32}).value();
  std::vector<float> out(static_cast<size_t>(describer->dim()));
  EXPECT_TRUE(describer->describe(image, out).ok());
  return out;
}

TEST(Projection, TheNetworkEndsInTwoOperatorsAndTheFileDescribesAlike) {
  const auto made = projected(small_model());
  const std::vector<Op>& ops = made->spec.network.ops;
  ASSERT_EQ(ops.size(), 4);
  EXPECT_EQ(ops[2].name, "projection_norm");
  EXPECT_EQ(ops[2].type, OpType::kL2Norm);
  EXPECT_EQ(ops[3].name, "projection");
  EXPECT_EQ(ops[3].out_channels, 6);
  const std::vector<NetworkOutput> outputs = {{"features", "projection"}, {"local_features", "b"}};
  EXPECT_EQ(made->spec.network.outputs, outputs);
  EXPECT_EQ(made->tensors.at("projection.weight").to_string(), "F32 6x16x1x1");
  EXPECT_THAT(made->spec.record, HasSubstr("\"photos\":12"));
  EXPECT_THAT(made->spec.record, HasSubstr("\"dim\":6"));

  const std::string file = testing::TempDir() + "/projected.safetensors";
  ASSERT_TRUE(save_model(*made, file).ok());
  const auto loaded = load_model(file).value();
  EXPECT_EQ(loaded->fingerprint, made->fingerprint);
  const Image image = sketch_place(40, 2, 300, 200);
  EXPECT_EQ(description(loaded, image), description(made, image));
  EXPECT_EQ(description(made, image).size(), 6);
}

TEST(Projection, IsTheSameForAnyNumberOfThreads) {
  ProjectionOptions options = small_options();
  options.num_threads = 1;
  const auto one = projected(small_model(), options);
  options.num_threads = 3;
  EXPECT_EQ(one->fingerprint, projected(small_model(), options)->fingerprint);
  options.seed = 2;
  EXPECT_NE(one->fingerprint, projected(small_model(), options)->fingerprint);
}

TEST(Projection, ANetworkWithNamedOutputsKeepsItsRawMap) {
  const auto model = small_model(three_headed_spec());
  const auto made = projected(model);
  const std::vector<NetworkOutput> expected = {{"features", "projection"},
                                               {"keypoint_logits", "logits"},
                                               {"reliability", "reliability"},
                                               {"local_features", "b"}};
  EXPECT_EQ(made->spec.network.outputs, expected);

  const InputTensor input =
      preprocess(model->spec.preprocessing, sketch_place(40, 2, 300, 200)).value();
  const auto maps = [&](const std::shared_ptr<const Model>& of) {
    return Backbone::create(of, {})
        .value()
        ->run_outputs(input.values.data(), 1, input.height, input.width)
        .value();
  };
  const auto before = maps(model), after = maps(made);
  Matrix raw = before[0][0].values;
  const Matrix& kept = after[3][0].values;
  ASSERT_EQ(kept.rows(), raw.rows());
  EXPECT_EQ(std::vector<float>(kept.data(), kept.data() + kept.size()),
            std::vector<float>(raw.data(), raw.data() + raw.size()));
  // features = P x / |x| + bias
  const std::vector<float> p = made->tensors.at("projection.weight").to_floats();
  const std::vector<float> bias = made->tensors.at("projection.bias").to_floats();
  for (int64_t i = 0; i < raw.rows(); ++i) {
    l2_normalize(raw.row(i));
    for (size_t k = 0; k < 6; ++k) {
      const float value = dot(&p[k * 16], raw.row(i).data(), 16) + bias[k];
      EXPECT_NEAR(after[0][0].values(i, static_cast<int64_t>(k)), value, 1e-3);
    }
  }
  EXPECT_EQ(after[1][0].values.cols(), 5);
  EXPECT_EQ(description(made, sketch_place(1, 1, 300, 200)).size(), 6);
}

/// Mean squared distance within pairs over that between features of different spots, unit rows.
double closeness(const std::shared_ptr<const Model>& model) {
  auto describer = Describer::create(model, {.precision = Precision::kFp32}).value();
  double together = 0, apart = 0;
  for (uint64_t place = 50; place < 62; ++place) {  // places that nothing was learnt from
    Rng rng(9, place);
    const ViewPairs pairs =
        view_pairs(*describer, sketch_place(place, 1, 600, 400), 3, 40, &rng).value();
    const int64_t n = pairs.copies.rows();
    const auto dim = static_cast<size_t>(pairs.copies.cols());
    for (int64_t i = 0; i < n; ++i) {
      const float* copy = pairs.copies.row(i).data();
      together += squared_distance(copy, pairs.originals.row(i).data(), dim);
      apart += squared_distance(copy, pairs.originals.row((i + n / 2) % n).data(), dim);
    }
  }
  return together / apart;
}

TEST(Projection, RelitCopiesOfUnknownPlacesComeCloserRelativeToTheSpread) {
  const auto model = small_model(half_steady_spec());
  ProjectionOptions options = small_options();
  options.copies = 3;
  EXPECT_LT(closeness(projected(model, options)), 0.85 * closeness(model));
}

TEST(Projection, WhatWasLearntForTheOldFeaturesIsLearntAnew) {
  ModelSpec spec = small_spec();
  spec.pooling = PoolingSpec{.type = "vlad", .num_clusters = 4, .normalize_features = false};
  spec.own_centers = true;
  const TensorMap weights = random_weights(spec.network, 3, 5).value();
  LearnOptions learn{.num_clusters = 4, .calibration_images = 4};
  const auto start = learn_model(spec, weights, photos(), learn).value();
  ASSERT_TRUE(start->tensors.contains("calibration.b"));
  const auto made = projected(start);
  EXPECT_EQ(made->tensors.at("pooling.centers").to_string(), "F32 4x6");
  EXPECT_TRUE(made->tensors.contains("calibration.projection"));
  EXPECT_TRUE(made->spec.own_centers);
  EXPECT_TRUE(made->spec.pooling.normalize_features);
  EXPECT_EQ(description(made, sketch_place(1, 1, 300, 200)).size(), 24);

  learn.calibration_images = 0;
  const auto plain = projected(learn_model(spec, weights, photos(), learn).value());
  for (const auto& [name, tensor] : plain->tensors) EXPECT_FALSE(name.starts_with("calibration."));
}

TEST(Projection, PhotosThatCannotBeReadArePassedOverAndCounted) {
  std::vector<std::string> some = photos();
  const std::string damaged = testing::TempDir() + "/no_photo.jpg";
  std::ofstream(damaged) << "no photo";
  some.push_back(damaged);
  std::string said;
  const JobControl job{.on_message = [&](const std::string& text) { said += text; }};
  const auto made = learn_projection(small_model(), some, small_options(), job).value();
  EXPECT_THAT(said, HasSubstr("1 of 13 photos passed over"));
  EXPECT_THAT(said, HasSubstr("no_photo.jpg"));
  EXPECT_THAT(made->spec.record, HasSubstr("\"photos\":12"));
}

TEST(Projection, RefusesWhatItCannotProject) {
  const auto message = [](const std::shared_ptr<const Model>& model,
                          const ProjectionOptions& options = small_options()) {
    const auto result = learn_projection(model, photos(), options);
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
    return result.status().message();
  };
  const auto model = small_model();
  EXPECT_THAT(message(projected(model)), HasSubstr("has an operator 'projection_norm' already"));
  EXPECT_THAT(message(join_branches("two", {{"a", 1, model}, {"b", 1, model}}, false).value()),
              HasSubstr("has branches"));
  EXPECT_THAT(message(make_model(rootsift_vlad_spec(), {})), HasSubstr("rootsift"));
  ModelSpec gem = small_spec();
  gem.pooling = PoolingSpec{.type = "gem"};
  EXPECT_THAT(message(small_model(gem)), HasSubstr("pools by gem"));
  EXPECT_THAT(message(model, {.dim = 17}), HasSubstr("expected 1 to 16"));
  EXPECT_THAT(message(model, {.dim = 0}), HasSubstr("dim is 0"));
  EXPECT_THAT(message(model, {.copies = 0}), HasSubstr("copies is 0"));
  EXPECT_THAT(message(model, {.shrink = -1}), HasSubstr("shrink is -1"));
  EXPECT_THAT(message(model, {.power = 2}), HasSubstr("power is 2"));
  ProjectionOptions few = small_options();
  few.max_images = few.copies = 1;
  few.features_per_copy = 3;
  EXPECT_THAT(message(model, few), HasSubstr("give more photos"));
}

TEST(Projection, StopsOnRequest) {
  const std::atomic<bool> stop = true;
  EXPECT_EQ(
      learn_projection(small_model(), photos(), small_options(), {.cancel = &stop}).status().code(),
      Code::kCancelled);
}

}  // namespace
}  // namespace loci::train
