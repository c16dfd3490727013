// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "finish_model.h"

#include "loci/base/file.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/model/architectures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

/// One small convolution with mean pooling, and forty photographs of drawn places.
class FinishModel : public testing::Test {
 protected:
  FinishModel() {
    for (uint64_t place = 0; place < 40; ++place) {
      photos_.paths.push_back(folder_ / (std::to_string(place) + ".jpg"));
      EXPECT_TRUE(save_jpeg(photos_.paths.back(), sketch_place(place, 0, 64, 48)).ok());
    }
    photos_.name = "town";
    photos_.calibration = photos_.paths;
    ModelSpec spec;
    spec.name = "small";
    spec.pooling.type = "mean";
    spec.record = R"({"training":{"seed":1}})";
    spec.network.ops.push_back({.type = OpType::kConv,
                                .name = "a",
                                .out_channels = 32,
                                .kernel_h = 3,
                                .kernel_w = 3,
                                .stride = 2,
                                .activation = Activation::kRelu});
    TensorMap tensors = random_weights(spec.network, 3, 5).value();
    model_ = make_model(std::move(spec), std::move(tensors));
    job_.on_message = [this](const std::string& text) { said_ += text + "\n"; };
  }

  std::shared_ptr<const Model> finish() {
    return finish_model(model_, photos_, options_, job_).value();
  }

  const TempFolder folder_;
  FinishPhotos photos_;
  FinishOptions options_{.whiten = 16, .calibrate = 8, .num_threads = 1};
  std::shared_ptr<const Model> model_;
  JobControl job_;
  std::string said_;
};

TEST_F(FinishModel, WhitensCalibratesAndTellsBothInTheRecord) {
  const auto made = finish();
  EXPECT_EQ(made->spec.whitening.output_dim, 16);
  EXPECT_TRUE(made->tensors.contains("whitening.weight"));
  EXPECT_TRUE(made->tensors.contains("calibration.input"));
  EXPECT_EQ(made->spec.record,
            R"({"training":{"seed":1},"whitening":{"data":"town","photos":40,"held_out_photos":0,)"
            R"("output_dim":16},"calibration":{"photos":8}})");
  EXPECT_EQ(made->tensors.at("a.weight").to_floats(), model_->tensors.at("a.weight").to_floats());
  EXPECT_THAT(said_, Not(HasSubstr("warning")));
  EXPECT_EQ(finish()->fingerprint, made->fingerprint) << "the draws are seeded";
}

TEST_F(FinishModel, WarnsOfTestPhotosAmongThoseOfTheWhitening) {
  photos_.held_out = {photos_.paths[3], photos_.paths[7], folder_ / "elsewhere.jpg"};
  const auto made = finish();
  EXPECT_THAT(said_,
              HasSubstr("warning: 2 of the 40 photos of the whitening are validation or test"));
  EXPECT_THAT(made->spec.record, HasSubstr(R"("held_out_photos":2)"));
}

TEST_F(FinishModel, DoesNothingThatWasNotAskedFor) {
  options_.whiten = options_.calibrate = 0;
  EXPECT_EQ(finish()->fingerprint, model_->fingerprint);
  photos_.held_out = {photos_.paths[3]};
  EXPECT_EQ(finish()->spec.record, model_->spec.record);
  EXPECT_EQ(said_, "") << "without a whitening there is nothing to warn of";
}

TEST_F(FinishModel, PassesOverPhotosThatCannotBeUsedAndCountsTheRest) {
  // One that is none, and one that is smaller than the convolution's window.
  ASSERT_TRUE(write_file(photos_.paths[0], std::string_view("no picture")).ok());
  ASSERT_TRUE(save_jpeg(photos_.paths[1], sketch_place(1, 0, 2, 2)).ok());
  options_.whiten = 0;
  photos_.calibration.resize(4);
  const auto made = finish();
  EXPECT_THAT(made->spec.record, HasSubstr(R"("calibration":{"photos":2})"));
  EXPECT_THAT(said_, HasSubstr("calibrated for int8 on 2 of 4 photos"));
}

TEST_F(FinishModel, WithoutAnyUsablePhotoTheModelHasNoRanges) {
  options_.whiten = 0;
  photos_.calibration = {folder_ / "nowhere.jpg"};
  EXPECT_EQ(finish()->fingerprint, model_->fingerprint);
  EXPECT_THAT(said_, HasSubstr("the model has no ranges for int8"));
}

TEST_F(FinishModel, StopsOnRequest) {
  const std::atomic<bool> stop = true;
  job_.cancel = &stop;
  options_.whiten = 0;
  EXPECT_EQ(finish_model(model_, photos_, options_, job_).status().code(), Code::kCancelled);
}

}  // namespace
}  // namespace loci::cli
