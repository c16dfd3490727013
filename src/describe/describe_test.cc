// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/thread.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// Eight places drawn twice, as files.
class DescribeTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    photos_ = new std::vector<std::string>;
    for (uint64_t place = 0; place < 8; ++place) {
      for (uint64_t visit = 0; visit < 2; ++visit) {
        const std::string path =
            *folder_ / (std::to_string(place) + "_" + std::to_string(visit) + ".jpg");
        ASSERT_TRUE(save_jpeg(path, sketch_place(place, visit, 240, 180)).ok());
        photos_->push_back(path);
      }
    }
    model_ = new std::shared_ptr<const Model>(
        learn_model(
            rootsift_vlad_spec(), {}, *photos_, {.num_clusters = 8, .features_per_image = 100})
            .value());
  }
  static void TearDownTestSuite() {
    delete model_;
    delete photos_;
    delete folder_;
  }
  static inline TempFolder* folder_ = nullptr;
  static inline std::vector<std::string>* photos_ = nullptr;
  static inline std::shared_ptr<const Model>* model_ = nullptr;
};

TEST_F(DescribeTest, SamePlaceIsNearestAndDescriptorsHaveUnitNorm) {
  const auto describer = Describer::create(*model_).value();
  EXPECT_EQ(describer->dim(), 8 * 128);
  Matrix descriptors(16, describer->dim());
  ASSERT_TRUE(describe_files(*describer, *photos_, 2, false, [&](size_t i, DescribedImage&& image) {
                EXPECT_TRUE(image.status.ok()) << image.status.to_string();
                std::copy(image.descriptor.begin(),
                          image.descriptor.end(),
                          descriptors.row(static_cast<int64_t>(i)).begin());
                return true;
              }).ok());
  int right = 0;
  for (int64_t i = 0; i < 16; ++i) {
    EXPECT_NEAR(dot_exact(descriptors.row(i).data(), descriptors.row(i).data(), 1024), 1, 1e-5);
    int64_t best = -1;
    float best_score = -2;
    for (int64_t j = 0; j < 16; ++j) {
      const float score = dot(descriptors.row(i).data(), descriptors.row(j).data(), 1024);
      if (j != i && score > best_score) best = j, best_score = score;
    }
    right += best / 2 == i / 2;
  }
  EXPECT_GE(right, 13);
}

TEST_F(DescribeTest, ResultsComeInOrderWhateverTheThreadsAndAreTheSame) {
  const auto describer = Describer::create(*model_).value();
  const auto run = [&](int threads) {
    std::vector<std::vector<float>> all;
    EXPECT_TRUE(
        describe_files(*describer, *photos_, threads, true, [&](size_t i, DescribedImage&& image) {
          EXPECT_EQ(i, all.size());
          EXPECT_EQ(image.sha256.size(), 64u);
          EXPECT_EQ(image.width, 240);
          all.push_back(std::move(image.descriptor));
          return true;
        }).ok());
    return all;
  };
  EXPECT_EQ(run(1), run(3));
}

TEST_F(DescribeTest, LearningIsReproducible) {
  const auto again = learn_model(rootsift_vlad_spec(),
                                 {},
                                 *photos_,
                                 {.num_clusters = 8, .features_per_image = 100, .num_threads = 1})
                         .value();
  EXPECT_EQ(again->fingerprint, (*model_)->fingerprint);
}

TEST_F(DescribeTest, BadFilesAreResultsAndSinkCanStop) {
  const std::string text = *folder_ / "text.jpg";
  ASSERT_TRUE(write_file(text, std::string_view("no picture")).ok());
  const std::vector<std::string> paths = {
      text, *folder_ / "gone.jpg", (*photos_)[0], (*photos_)[1]};
  const auto describer = Describer::create(*model_).value();
  std::vector<Code> codes;
  ASSERT_TRUE(describe_files(*describer, paths, 2, false, [&](size_t i, DescribedImage&& image) {
                codes.push_back(image.status.code());
                return i < 2;
              }).ok());
  EXPECT_EQ(codes, (std::vector<Code>{Code::kCorrupt, Code::kNotFound, Code::kOk}));
}

TEST_F(DescribeTest, CancelStopsBetweenImages) {
  std::atomic<bool> cancel{false};
  const auto describer = Describer::create(*model_).value();
  int seen = 0;
  const Status status = describe_files(*describer,
                                       *photos_,
                                       2,
                                       false,
                                       [&](size_t, DescribedImage&&) {
                                         if (++seen == 3) cancel = true;
                                         return true;
                                       },
                                       {.cancel = &cancel});
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(seen, 3);
}

TEST_F(DescribeTest, WithFewerThreadsThanWantedItGoesOnAndWithNoneItSaysSo) {
  const auto describer = Describer::create(*model_).value();
  const auto run = [&](int allowed) {
    internal::refuse_threads_after(allowed);
    int seen = 0;
    const Status status =
        describe_files(*describer, *photos_, 8, false, [&](size_t, DescribedImage&&) {
          ++seen;
          return true;
        });
    internal::refuse_threads_after(-1);
    EXPECT_EQ(seen, status.ok() ? 16 : 0);
    return status;
  };
  EXPECT_TRUE(run(1).ok());
  EXPECT_TRUE(run(2).ok());
  EXPECT_EQ(run(0).code(), Code::kIo);
}

TEST_F(DescribeTest, WhiteningIsLearntWhereThereAreEnoughPhotosAndLeftOutElsewhere) {
  std::vector<std::string> notes;
  const JobControl job{.on_message = [&](const std::string& text) { notes.push_back(text); }};
  const LearnOptions options{.num_clusters = 8, .whiten_dim = 64, .features_per_image = 100};
  const auto few = learn_model(rootsift_vlad_spec(), {}, *photos_, options, job).value();
  EXPECT_EQ(few->spec.whitening.output_dim, 0);
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const auto& note) {
    return note.find("too few") != std::string::npos;
  }));
  std::vector<std::string> many;
  for (int i = 0; i < 3; ++i) many.insert(many.end(), photos_->begin(), photos_->end());
  const auto whitened = learn_model(rootsift_vlad_spec(), {}, many, options, job).value();
  EXPECT_GT(whitened->spec.whitening.output_dim, 0);
  EXPECT_LE(whitened->spec.whitening.output_dim, 24);
  EXPECT_EQ(Describer::create(whitened).value()->dim(), whitened->spec.whitening.output_dim);
}

TEST_F(DescribeTest, TooFewPhotosForTheClustersIsSaid) {
  const auto result =
      learn_model(rootsift_vlad_spec(), {}, std::span(*photos_).first(1), {.num_clusters = 500});
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
}

TEST(NetworkSize, ModesKeepTheirPromises) {
  using Resize = Preprocessing::Resize;
  EXPECT_EQ(network_size({.resize = Resize::kNone}, 33, 77), std::pair(33, 77));
  EXPECT_EQ(network_size({.resize = Resize::kFixed, .width = 640, .height = 480}, 33, 77),
            std::pair(640, 480));
  EXPECT_EQ(network_size({.resize = Resize::kMaxSide, .max_side = 1024}, 2048, 1000),
            std::pair(1024, 500));
  EXPECT_EQ(network_size({.resize = Resize::kMaxSide, .max_side = 1024}, 800, 600),
            std::pair(800, 600));
  EXPECT_EQ(network_size({.resize = Resize::kShorterSide, .min_side = 240}, 97, 58),
            std::pair(401, 240));
  EXPECT_EQ(network_size({.resize = Resize::kMaxSide, .max_side = 5}, 10, 5),
            std::pair(5, 2));  // 2.5 rounds to even
  EXPECT_EQ(network_size({.resize = Resize::kFit, .max_side = 640, .min_side = 240}, 1280, 960),
            std::pair(640, 480));
}

TEST(Preprocess, SidesAreCutToMultiplesAfterTheResize) {
  using Resize = Preprocessing::Resize;
  EXPECT_EQ(network_size({.side_multiple = 32}, 300, 252), std::pair(288, 224));
  EXPECT_EQ(network_size({.side_multiple = 32}, 320, 256), std::pair(320, 256));
  EXPECT_EQ(network_size({.side_multiple = 32}, 31, 500), std::pair(32, 480));
  EXPECT_EQ(
      network_size({.resize = Resize::kMaxSide, .max_side = 640, .side_multiple = 32}, 1280, 720),
      std::pair(640, 352));
}

TEST(Preprocess, TheCutIsBilinearOnFloatPixelsWhateverTheResampling) {
  const Image photo = sketch_place(3, 0, 300, 252);
  const FloatImage expected = resize(to_float(photo), 288, 224, Resampling::kBilinear);
  for (const bool as_float : {false, true}) {
    const InputTensor found =
        preprocess({.resampling = "area", .resize_as_float = as_float, .side_multiple = 32}, photo)
            .value();
    ASSERT_EQ(std::pair(found.width, found.height), std::pair(288, 224));
    for (size_t i = 0; i < found.values.size(); ++i)
      ASSERT_EQ(found.values[i], expected.pixels[i]) << i;
  }
  // A photo that is shrunk first is shrunk by the model's own resampling.
  const Preprocessing spec{
      .resize = Preprocessing::Resize::kMaxSide, .max_side = 200, .side_multiple = 32};
  const FloatImage shrunk = to_float(resize(photo, 200, 168, Resampling::kArea));
  const FloatImage cut = resize(shrunk, 192, 160, Resampling::kBilinear);
  const InputTensor found = preprocess(spec, photo).value();
  ASSERT_EQ(found.values.size(), cut.pixels.size());
  for (size_t i = 0; i < found.values.size(); ++i) ASSERT_EQ(found.values[i], cut.pixels[i]) << i;
}

TEST(Preprocess, NormalisesInTheNetworksChannelOrder) {
  Image image(1, 1);
  image.pixels = {10, 20, 30};
  const Preprocessing spec{.bgr = true, .scale = 0.5, .mean = {1, 2, 3}, .std = {2, 4, 8}};
  const InputTensor input = preprocess(spec, image).value();
  EXPECT_FLOAT_EQ(input.values[0], (15 - 1) / 2.0f);  // blue first
  EXPECT_FLOAT_EQ(input.values[1], (10 - 2) / 4.0f);
  EXPECT_FLOAT_EQ(input.values[2], (5 - 3) / 8.0f);
}

}  // namespace
}  // namespace loci
