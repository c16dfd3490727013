// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"
#include "loci/model/architectures.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

/// MobileNetV1 with random weights, and photographs of six drawn places.
class CalibrateTest : public testing::Test {
 protected:
  CalibrateTest() {
    for (uint64_t place = 0; place < 6; ++place) {
      photos_.push_back(folder_ / (std::to_string(place) + ".jpg"));
      EXPECT_TRUE(save_jpeg(photos_.back(), sketch_place(place, 0, 96, 80)).ok());
    }
    spec_.network = architecture("mobilenet_v1").value();
    spec_.preprocessing = default_preprocessing("mobilenet_v1");
    spec_.preprocessing.resize = Preprocessing::Resize::kNone;
    spec_.pooling.type = "netvlad";
    weights_ = random_weights(spec_.network, 3, 1).value();
  }
  const TempFolder folder_;
  std::vector<std::string> photos_;
  ModelSpec spec_;
  TensorMap weights_;
  LearnOptions options_{.num_clusters = 4, .features_per_image = 20, .num_threads = 1};
};

TEST_F(CalibrateTest, ALearntNetworkRunsInInt8AndStaysCloseToFp32) {
  const auto model = learn_model(spec_, weights_, photos_, options_).value();
  EXPECT_TRUE(model->tensors.contains("calibration.input"));
  const auto exact =
      Describer::create(model, {.precision = Precision::kFp32, .num_threads = 1}).value();
  const auto fast =
      Describer::create(model, {.precision = Precision::kInt8, .num_threads = 1}).value();
  if (fast->precision() != Precision::kInt8)
    GTEST_SKIP() << "this processor has no int8 dot products";
  const Image image = sketch_place(3, 1, 96, 80);
  std::vector<float> a(static_cast<size_t>(exact->dim())), b(a.size());
  ASSERT_TRUE(exact->describe(image, a).ok());
  ASSERT_TRUE(fast->describe(image, b).ok());
  EXPECT_GT(dot(a.data(), b.data(), exact->dim()), 0.95f);
}

TEST_F(CalibrateTest, TheSameSeedGivesTheSameModel) {
  options_.calibration_images = 3;
  const auto first = learn_model(spec_, weights_, photos_, options_).value();
  EXPECT_EQ(first->fingerprint,
            learn_model(spec_, weights_, photos_, options_).value()->fingerprint);
}

TEST_F(CalibrateTest, ClustersOfTheFileAreKeptOnRequest) {
  options_.calibration_images = 0;
  const auto first = learn_model(spec_, weights_, photos_, options_).value();
  EXPECT_FALSE(first->tensors.contains("calibration.input"));
  options_.keep_clusters = true;
  options_.seed = 9;
  const auto second = learn_model(first->spec, first->tensors, photos_, options_).value();
  EXPECT_EQ(first->fingerprint, second->fingerprint);
  options_.keep_clusters = false;
  EXPECT_NE(first->fingerprint,
            learn_model(first->spec, first->tensors, photos_, options_).value()->fingerprint);
}

TEST_F(CalibrateTest, UnreadablePhotosArePassedOverAndNoneAtAllIsInvalid) {
  options_.calibration_images = 0;
  const auto model = learn_model(spec_, weights_, photos_, options_).value();
  options_.calibration_images = 64;
  const std::vector<std::string> missing{folder_ / "none.jpg"};
  EXPECT_EQ(calibrate_model(model, missing, options_).status().code(), Code::kInvalidArgument);
  const std::vector<std::string> one_of_two{missing[0], photos_[0]};
  EXPECT_TRUE(calibrate_model(model, one_of_two, options_)
                  .value()
                  .model->tensors.contains("calibration.input"));
}

}  // namespace
}  // namespace loci
