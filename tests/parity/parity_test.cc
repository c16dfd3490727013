// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "net.h"

#include "loci/backbone/backbone.h"
#include "loci/base/rng.h"
#include "loci/model/architectures.h"
#include "loci/pooling/pooling.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci::train {
namespace {

constexpr int kHeight = 75, kWidth = 106;  // odd and even, so that paddings differ by side
constexpr int64_t kClusters = 5;

Tensor random_tensor(std::vector<int64_t> shape, double size, const std::string& name) {
  Rng rng(7, name);
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = static_cast<float>(size * rng.normal());
  return make_tensor(std::move(shape), std::span<const float>(values));
}

std::shared_ptr<const Model> random_model(const Network& network, const std::string& pooling) {
  ModelSpec spec;
  spec.name = "parity";
  spec.network = network;
  spec.pooling.type = pooling;
  TensorMap tensors = random_weights(network, 3, 1).value();
  const int64_t dim = operator_channels(network, 3).value()[features_op(network)];
  if (pooling == "netvlad") {
    spec.pooling.num_clusters = kClusters;
    tensors["pooling.weight"] = random_tensor({kClusters, dim}, 3, "weight");
    tensors["pooling.centers"] = random_tensor({kClusters, dim}, 0.1, "centers");
    tensors["pooling.bias"] = random_tensor({kClusters}, 1, "bias");
  }
  return make_model(std::move(spec), std::move(tensors));
}

std::vector<float> random_image() {
  Rng rng(3, "image");
  std::vector<float> image(static_cast<size_t>(kHeight) * kWidth * 3);
  for (float& v : image) v = static_cast<float>(rng.normal());
  return image;
}

std::vector<float> by_backbone(const std::shared_ptr<const Model>& model,
                               std::vector<float> image) {
  auto backbone =
      Backbone::create(model, {.num_threads = 1, .kernel_choice = KernelChoice::kDirect}).value();
  const Features features = backbone->run(image.data(), 1, kHeight, kWidth).value()[0];
  const int64_t dim = features.values.cols();
  auto layer = Pooling::create(model->spec.pooling, model->tensors, dim).value();
  std::vector<float> out(static_cast<size_t>(layer->output_dim(dim)));
  layer->pool(features, out);
  return out;
}

std::vector<float> by_graph(const Net& net, std::vector<float> image) {
  const at::Tensor rows = at::from_blob(image.data(), {1, kHeight, kWidth, 3}, at::kFloat);
  const at::Tensor out =
      net.describe(net.run_fixed(rows.permute({0, 3, 1, 2}).contiguous())).detach().contiguous();
  const float* values = out.data_ptr<float>();
  return {values, values + out.numel()};
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return std::sqrt(sum);
}

void expect_parity(const std::shared_ptr<const Model>& model, const std::string& train_from) {
  const auto net = Net::create(model->spec, model->tensors, {.train_from = train_from}).value();
  EXPECT_LT(distance(by_graph(*net, random_image()), by_backbone(model, random_image())), 1e-4)
      << model->spec.network.architecture << " " << model->spec.pooling.type << " " << train_from;
}

class Architecture : public testing::TestWithParam<std::string> {};
/// Training knows networks of one map.
std::vector<std::string> trainable() {
  std::vector<std::string> names = architecture_names();
  std::erase_if(names,
                [](const std::string& name) { return !architecture(name)->outputs.empty(); });
  return names;
}
INSTANTIATE_TEST_SUITE_P(All, Architecture, testing::ValuesIn(trainable()));

TEST_P(Architecture, TheTrainingGraphMakesTheDescriptorsOfBackboneAndPooling) {
  expect_parity(random_model(architecture(GetParam()).value(), "netvlad"), "");
}

TEST(Parity, EveryTrainablePoolingAgrees) {
  const Network network = architecture("squeezenet1_1").value();
  for (const char* pooling : {"gem", "max", "mean", "netvlad"}) {
    expect_parity(random_model(network, pooling), "all");
  }
}

TEST(Parity, NormalisationsAndOrdersOfNetvladAgree) {
  const Network network = architecture("alexnet").value();
  for (int variant = 0; variant < 16; ++variant) {
    auto model = std::make_shared<Model>(*random_model(network, "netvlad"));
    PoolingSpec& pooling = model->spec.pooling;
    pooling.normalize_features = (variant & 1) != 0;
    pooling.intra_norm = (variant & 2) != 0;
    pooling.dimension_outer = (variant & 4) != 0;
    pooling.eps = (variant & 8) != 0 ? NormEps::kRoot : NormEps::kClamp;
    pooling.signed_sqrt = variant == 7;
    expect_parity(model, "pooling");
  }
}

TEST(Parity, WhereTheNetworkIsCutChangesNothing) {
  const auto model = random_model(architecture("resnet18").value(), "netvlad");
  for (const char* from : {"all", "layer2.0.conv1", "layer4.1.conv2", "pooling"}) {
    expect_parity(model, from);
  }
}

/// Operators that no architecture combines this way: dilation, padding on one side, pools that
/// round up, averages whose padding does not count.
TEST(Parity, UnusualOperatorsAgree) {
  Network network;
  network.architecture = "unusual";
  network.ops = {
      {.type = OpType::kConv,
       .name = "a",
       .out_channels = 8,
       .kernel_h = 3,
       .kernel_w = 5,
       .stride = 2,
       .pad_left = 2,
       .pad_bottom = 1,
       .activation = Activation::kRelu},
      {.type = OpType::kMaxPool,
       .name = "b",
       .kernel_h = 3,
       .kernel_w = 3,
       .stride = 2,
       .pad_bottom = 1,
       .pad_right = 1,
       .ceil_mode = true},
      {.type = OpType::kConv,
       .name = "c",
       .out_channels = 8,
       .kernel_h = 3,
       .kernel_w = 3,
       .dilation = 2,
       .groups = 8,
       .pad_top = 2,
       .pad_left = 2,
       .pad_bottom = 2,
       .pad_right = 2,
       .activation = Activation::kClip,
       .clip_low = 0,
       .clip_high = 0.5},
      {.type = OpType::kAvgPool,
       .name = "d",
       .kernel_h = 3,
       .kernel_w = 3,
       .stride = 2,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1},
      {.type = OpType::kLrn, .name = "e", .lrn_size = 5, .lrn_alpha = 0.5, .lrn_beta = 0.75},
      {.type = OpType::kL2Norm, .name = "f"},
      {.type = OpType::kConcat, .name = "g", .inputs = {"e", "f"}},
      {.type = OpType::kRelu, .name = "h"},
      {.type = OpType::kConv,
       .name = "i",
       .out_channels = 6,
       .kernel_h = 3,
       .kernel_w = 3,
       .stride = 2,
       .pad_same = true,
       .has_bias = false},
  };
  expect_parity(random_model(network, "netvlad"), "all");
}

}  // namespace
}  // namespace loci::train
