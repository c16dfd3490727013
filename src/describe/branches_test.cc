// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/branches.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"
#include "loci/describe/adapt.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

std::vector<float> described(const std::shared_ptr<const Model>& model, ImageView image) {
  const auto describer = Describer::create(model, {.precision = Precision::kFp32}).value();
  std::vector<float> out(static_cast<size_t>(describer->dim()));
  const Status status = describer->describe(image, out);
  EXPECT_TRUE(status.ok()) << status.to_string();
  return out;
}

Tensor random_tensor(Rng& rng, std::vector<int64_t> shape) {
  int64_t size = 1;
  for (const int64_t side : shape) size *= side;
  std::vector<float> values(static_cast<size_t>(size));
  for (float& v : values) v = static_cast<float>(rng.normal());
  return make_tensor(std::move(shape), values);
}

/// A convolution of stride 8 to 6 channels, and another of them to 4: two outputs.
std::shared_ptr<const Model> two_outputs(const std::string& pooled) {
  Rng rng(5, "network");
  ModelSpec spec;
  spec.preprocessing = {.resize = Preprocessing::Resize::kFixed, .width = 96, .height = 64};
  spec.network.ops = {{.type = OpType::kConv,
                       .name = "low",
                       .out_channels = 6,
                       .kernel_h = 8,
                       .kernel_w = 8,
                       .stride = 8},
                      {.type = OpType::kConv, .name = "high", .out_channels = 4}};
  spec.network.outputs = {{.name = "features", .op = "high"}, {.name = "low", .op = "low"}};
  spec.pooling = {.type = "vlad", .num_clusters = 3, .features_output = pooled};
  const int64_t dim = pooled.empty() ? 4 : 6;
  return make_model(spec,
                    {{"low.weight", random_tensor(rng, {6, 3, 8, 8})},
                     {"low.bias", random_tensor(rng, {6})},
                     {"high.weight", random_tensor(rng, {4, 6, 1, 1})},
                     {"high.bias", random_tensor(rng, {4})},
                     {"pooling.centers", random_tensor(rng, {3, dim})}});
}

TEST(BranchedDescriber, DescriptorIsTheWeightedConcatenation) {
  const Image image = sketch_place(1, 0, 120, 90);
  const auto a = two_outputs(""), b = two_outputs("low");
  const auto both = join_branches("both",
                                  {{.name = "a", .weight = 1, .model = a},
                                   {.name = "b", .weight = 3, .model = b}},
                                  false)
                        .value();
  const auto da = described(a, image), db = described(b, image), whole = described(both, image);
  ASSERT_EQ(whole.size(), da.size() + db.size());
  for (size_t i = 0; i < da.size(); ++i) EXPECT_NEAR(whole[i], 0.5 * da[i], 1e-6);
  for (size_t i = 0; i < db.size(); ++i)
    EXPECT_NEAR(whole[da.size() + i], std::sqrt(0.75) * db[i], 1e-6);
}

TEST(BranchedDescriber, SharedNetworkGivesWhatTwoNetworksGive) {
  const Image image = sketch_place(1, 0, 120, 90);
  const auto a = two_outputs(""), b = two_outputs("low");
  const auto twice =
      join_branches("x", {{.name = "a", .model = a}, {.name = "b", .model = b}}, false).value();
  const auto shared =
      join_branches(
          "x", {{.name = "a", .model = a}, {.name = "b", .model = b, .shares = "a"}}, false)
          .value();
  EXPECT_LT(shared->tensors.size(), twice->tensors.size());
  EXPECT_EQ(described(shared, image), described(twice, image));
}

TEST(BranchedDescriber, OutputThatIsMissingIsNamed) {
  const Status status = Describer::create(two_outputs("depth")).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), testing::HasSubstr("depth"));
}

struct Photos {
  TempFolder folder;
  std::vector<std::string> paths;
  explicit Photos(uint64_t count) {
    for (uint64_t place = 0; place < count; ++place) {
      paths.push_back(folder / (std::to_string(place) + ".jpg"));
      EXPECT_TRUE(save_jpeg(paths.back(), sketch_place(place, 0, 160, 120)).ok());
    }
  }
};

TEST(Adapt, CentersBecomeThoseOfThePhotosAndTheNetworkStays) {
  const Photos photos(12);
  const auto prior = join_branches("both",
                                   {{.name = "a", .model = two_outputs("")},
                                    {.name = "b", .model = two_outputs("low"), .shares = "a"}},
                                   true)
                         .value();
  const auto own = model_for_collection(prior, photos.paths, Adapt::kAuto).value();
  EXPECT_NE(own->fingerprint, prior->fingerprint);
  EXPECT_EQ(base_fingerprint(*own), prior->fingerprint);
  EXPECT_EQ(adapted_to_photos(*own), 12);
  EXPECT_EQ(own->tensors.at("a/low.weight").to_floats(),
            prior->tensors.at("a/low.weight").to_floats());
  for (const char* name : {"a/pooling.centers", "b/pooling.centers"})
    EXPECT_NE(own->tensors.at(name).to_floats(), prior->tensors.at(name).to_floats()) << name;
  // Centers of k-means leave smaller residuals of these photos than random ones.
  EXPECT_EQ(described(own, sketch_place(1, 0, 160, 120)).size(),
            described(prior, sketch_place(1, 0, 160, 120)).size());
}

TEST(Adapt, FixedCentersStayBesideTheCollectionsOwn) {
  const Photos photos(12);
  const auto prior = join_branches("both",
                                   {{.name = "a", .model = two_outputs(""), .fixed_centers = true},
                                    {.name = "b", .model = two_outputs(""), .shares = "a"}},
                                   true)
                         .value();
  const auto own = model_for_collection(prior, photos.paths, Adapt::kAuto).value();
  const auto centers = [](const Model& model, const char* name) {
    return model.tensors.at(name).to_floats();
  };
  EXPECT_EQ(centers(*own, "a/pooling.centers"), centers(*prior, "a/pooling.centers"));
  EXPECT_NE(centers(*own, "b/pooling.centers"), centers(*prior, "b/pooling.centers"));
  const std::string path = testing::TempDir() + "/fixed.safetensors";
  ASSERT_TRUE(save_model(*own, path).ok());
  EXPECT_TRUE(load_model(path).value()->spec.branches.front().fixed_centers);
}

TEST(Adapt, FewPhotosAndTrainedModelsKeepTheirCenters) {
  const Photos photos(12);
  const auto prior = join_branches("one", {{.name = "a", .model = two_outputs("")}}, true).value();
  const std::span<const std::string> all(photos.paths);
  EXPECT_EQ(model_for_collection(prior, all.first(9), Adapt::kAuto).value(), prior);
  EXPECT_EQ(model_for_collection(prior, all, Adapt::kNever).value(), prior);
  const auto trained =
      join_branches("one", {{.name = "a", .model = two_outputs("")}}, false).value();
  EXPECT_EQ(model_for_collection(trained, all, Adapt::kAuto).value(), trained);
  EXPECT_NE(model_for_collection(trained, all, Adapt::kAlways).value(), trained);
}

TEST(Adapt, SamePhotosGiveTheSameCentersForAnyNumberOfThreads) {
  const Photos photos(12);
  const auto prior = join_branches("one", {{.name = "a", .model = two_outputs("")}}, true).value();
  LearnOptions one = adapt_options(), two = adapt_options();
  one.num_threads = 1;
  two.num_threads = 2;
  const DescribeOptions fp32{.precision = Precision::kFp32};
  EXPECT_EQ(adapt_model(prior, photos.paths, one, fp32).value()->fingerprint,
            adapt_model(prior, photos.paths, two, fp32).value()->fingerprint);
}

TEST(Adapt, CollectionThatGrewTenfoldHasOutgrownItsCenters) {
  const Photos photos(12);
  const auto prior = join_branches("one", {{.name = "a", .model = two_outputs("")}}, true).value();
  const auto own = adapt_model(prior, photos.paths, adapt_options()).value();
  EXPECT_EQ(outgrown(*own, 119), "");
  EXPECT_THAT(outgrown(*own, 120), testing::HasSubstr("12 photos"));
  EXPECT_EQ(outgrown(*prior, 29), "");
  EXPECT_THAT(outgrown(*prior, 30), testing::HasSubstr("general centers"));
}

}  // namespace
}  // namespace loci
