// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Reading ONNX: other people's graphs made here by hand, and what loci itself exported.
#include "onnx_rebuild.h"
#include "onnx_test_graphs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_onnx::Graph;
using testing_onnx::Ints;
using testing_onnx::sample;
using testing_onnx::with_gem;

ModelSpec spec_of(const Result<ImportedModel>& imported) { return imported.value().model->spec; }

TEST(ImportOnnx, ReadsConvolutionsActivationsAndJoins) {
  const auto imported = Graph()
                            .conv("x", "c1")
                            .node("Relu", {"c1"}, "r1")
                            .conv("r1", "c2", 4, 4)
                            .conv("r1", "c3", 4, 4)
                            .node("Add", {"c2", "c3"}, "s")
                            .node("Relu", {"s"}, "r2")
                            .node("Concat", {"r2", "c2"}, "j", {{"axis", int64_t{1}}})
                            .node("MaxPool",
                                  {"j"},
                                  "y",
                                  {{"kernel_shape", Ints{3, 3}},
                                   {"strides", Ints{2, 2}},
                                   {"pads", Ints{1, 1, 1, 1}},
                                   {"ceil_mode", int64_t{1}}})
                            .import({.pooling = "gem"});
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  const std::vector<Op> ops = spec_of(imported).network.ops;
  ASSERT_EQ(ops.size(), 6u);
  EXPECT_EQ(ops[0].activation, Activation::kRelu);
  EXPECT_EQ(ops[0].stride, 2);
  EXPECT_EQ(ops[3].type, OpType::kAdd);
  EXPECT_EQ(ops[3].activation, Activation::kRelu);
  EXPECT_THAT(ops[4].inputs, ElementsAre("node_s", "node_c2"));
  EXPECT_EQ(ops[1].activation, Activation::kNone);  // two read it
  EXPECT_TRUE(ops[5].ceil_mode);
  EXPECT_EQ(spec_of(imported).pooling.type, "gem");
}

TEST(ImportOnnx, FoldsBatchNormalisationIntoTheConvolution) {
  Graph graph;
  graph.conv("x", "c").tensor("g", {4}, {1, 2, 3, 4}).tensor("b", {4}, {0, 1, 0, 1});
  graph.tensor("m", {4}, {1, 1, 2, 2}).tensor("v", {4}, {4, 4, 1, 1});
  graph.node("BatchNormalization", {"c", "g", "b", "m", "v"}, "y", {{"epsilon", 0.0f}});
  const auto imported = graph.import({.pooling = "max"});
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  ASSERT_EQ(spec_of(imported).network.ops.size(), 1u);
  const TensorMap& t = imported->model->tensors;
  const auto weight = t.at("node_c.weight").floats(), was = graph.g.initializers.at("c.w").floats();
  const auto bias = t.at("node_c.bias").floats(),
             bias_was = graph.g.initializers.at("c.b").floats();
  EXPECT_FLOAT_EQ(weight[0], was[0] * 0.5f);            // 1 / sqrt(4)
  EXPECT_FLOAT_EQ(weight[3 * 27], was[3 * 27] * 4.0f);  // 4 / sqrt(1)
  EXPECT_FLOAT_EQ(bias[1], 1 + (bias_was[1] - 1) * 1.0f);
}

TEST(ImportOnnx, KeepsANormalisationThatCannotBeFoldedAsADepthwiseConvolution) {
  Graph graph;
  graph.conv("x", "c").node("Relu", {"c"}, "r").tensor("m", {1, 4, 1, 1}, {1, 2, 3, 4});
  graph.node("Mul", {"r", "m"}, "y");
  const auto imported = graph.import({.pooling = "max"});
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  const std::vector<Op> ops = spec_of(imported).network.ops;
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[1].groups, 4);
  EXPECT_THAT(imported->model->tensors.at("node_y.weight").floats(), ElementsAre(1, 2, 3, 4));
}

TEST(ImportOnnx, RecognisesGeMALinearLayerAndNorms) {
  Graph graph = with_gem(1.0f / 3);
  graph.tensor("w", {2, 4}).tensor("b", {2});
  graph.node("LpNormalization", {"f"}, "u", {{"axis", int64_t{1}}, {"p", int64_t{2}}});
  graph.node("Gemm", {"u", "w", "b"}, "l", {{"transB", int64_t{1}}});
  graph.node("ReduceL2", {"l"}, "n", {{"axes", Ints{1}}, {"keepdims", int64_t{1}}});
  graph.tensor("tiny", {}, {1e-12f});
  graph.node("Clip", {"n", "tiny"}, "n2").node("Shape", {"l"}, "shape");
  graph.node("Expand", {"n2", "shape"}, "n3").node("Div", {"l", "n3"}, "y");
  const auto imported = graph.import();
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  const ModelSpec spec = spec_of(imported);
  ASSERT_EQ(spec.network.ops.size(), 1u);  // the floor is GeM's own
  EXPECT_EQ(spec.pooling.type, "gem");
  EXPECT_EQ(spec.pooling.gem_p, 3);
  EXPECT_TRUE(spec.pooling.final_norm);
  EXPECT_EQ(spec.whitening.output_dim, 2);
  EXPECT_TRUE(spec.whitening.final_norm);
  EXPECT_EQ(imported->model->tensors.at("whitening.weight").shape, (Ints{2, 4}));
  EXPECT_THAT(imported->report.warnings, Contains(HasSubstr("--input")));
}

TEST(ImportOnnx, APowerThatIsNotUndoneIsNoGeM) {
  const auto imported = [] {
    Graph graph = with_gem(0.5f);
    graph.g.nodes.back().outputs = {"y"};
    return graph.import();
  }();
  EXPECT_THAT(imported.status().message(), HasSubstr("Pow 'node_g'"));
}

TEST(ImportOnnx, APoolingWhoseWindowIsTheWholeMapIsGlobal) {
  // As PyTorch writes avg_pool2d and AdaptiveMaxPool2d(1) of an image of known size.
  const std::map<std::string, OnnxAttribute> whole{{"kernel_shape", Ints{32, 24}},
                                                   {"strides", Ints{32, 24}}};
  Graph gem;
  gem.g.input = {"x", {int64_t{1}, int64_t{3}, int64_t{64}, int64_t{48}}};
  gem.conv("x", "c").tensor("p", {1}, {3}).tensor("ip", {1}, {1.0f / 3});
  gem.node("Pow", {"c", "p"}, "q").node("Pad", {"q"}, "z", {{"pads", Ints(8, 0)}});
  gem.node("AveragePool", {"z"}, "a", whole)
      .node("Pow", {"a", "ip"}, "g")
      .node("Flatten", {"g"}, "y");
  const auto imported = gem.import();
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  EXPECT_EQ(spec_of(imported).pooling.type, "gem");
  Graph max;
  max.g.input = gem.g.input;
  max.conv("x", "c").node("MaxPool", {"c"}, "m", whole).node("Flatten", {"m"}, "y");
  EXPECT_EQ(spec_of(max.import()).pooling.type, "max");
  Graph same;  // moves over a map that is padded, so it leaves a map
  same.g.input = gem.g.input;
  same.conv("x", "c").node("MaxPool",
                           {"c"},
                           "y",
                           {{"kernel_shape", Ints{32, 24}},
                            {"strides", Ints{1, 1}},
                            {"auto_pad", std::string("SAME_UPPER")}});
  EXPECT_EQ(spec_of(same.import({.pooling = "mean"})).network.ops.size(), 2u);
}

TEST(ImportOnnx, MatMulAndAddAreALinearLayer) {
  Graph graph;
  graph.conv("x", "c")
      .node("GlobalMaxPool", {"c"}, "p")
      .tensor("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  graph.tensor("b", {2}, {9, 10});
  graph.node("Flatten", {"p"}, "f").node("MatMul", {"f", "w"}, "l").node("Add", {"l", "b"}, "y");
  const auto imported = graph.import();
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  EXPECT_THAT(imported->model->tensors.at("whitening.weight").floats(),
              ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
  EXPECT_THAT(imported->model->tensors.at("whitening.bias").floats(), ElementsAre(9, 10));
  EXPECT_FALSE(spec_of(imported).pooling.final_norm);
  EXPECT_THAT(imported->report.warnings, Contains(HasSubstr("classifier")));
}

TEST(ImportOnnx, ScalingOfTheImageBecomesThePreprocessing) {
  Graph graph;
  graph.tensor("mean", {1, 3, 1, 1}, {0.485f, 0.456f, 0.406f});
  graph.tensor("std", {1, 3, 1, 1}, {0.229f, 0.224f, 0.225f});
  graph.node("Sub", {"x", "mean"}, "a").node("Div", {"a", "std"}, "b").conv("b", "y");
  const Preprocessing p = spec_of(graph.import({.pooling = "mean"})).preprocessing;
  EXPECT_NEAR(p.mean[1], 0.456, 1e-6);
  EXPECT_NEAR(p.std[2], 0.225, 1e-6);
  EXPECT_NEAR(p.scale, 1.0 / 255, 1e-12);
  const Preprocessing caffe =
      spec_of(graph.import({.pooling = "mean", .input = "caffe"})).preprocessing;
  EXPECT_TRUE(caffe.bgr);
  EXPECT_NEAR(caffe.mean[0], 103.939 + 0.485, 1e-5);
  EXPECT_THAT(graph.import({.input = "x"}).status().message(), HasSubstr("imagenet, unit"));
}

TEST(ImportOnnx, NamesTheOperatorItLacksAndTakesTheNetworkBeforeIt) {
  Graph graph;
  graph.conv("x", "c")
      .node("Relu", {"c"}, "r")
      .node("HardSigmoid", {"r"}, "h")
      .conv("h", "y", 4, 4);
  const auto refused = graph.import();
  EXPECT_EQ(refused.status().code(), Code::kUnsupported);
  EXPECT_THAT(refused.status().message(), HasSubstr("HardSigmoid 'node_h'"));
  EXPECT_THAT(refused.status().message(), HasSubstr("--last"));
  for (const char* last : {"r", "node_r"}) {
    const auto cut = graph.import({.pooling = "gem", .last = last});
    ASSERT_TRUE(cut.ok()) << cut.status().message();
    EXPECT_EQ(spec_of(cut).network.ops.size(), 1u);
  }
  EXPECT_EQ(graph.import({.last = "nobody"}).status().code(), Code::kNotFound);
}

TEST(ImportOnnx, GraphsThatContradictThemselvesAreRefused) {
  const auto message = [](const Graph& graph) { return graph.import().status().message(); };
  EXPECT_THAT(message(Graph().conv("x", "y").conv("x", "y")), HasSubstr("two nodes make"));
  EXPECT_THAT(message(Graph().conv("later", "y")), HasSubstr("'later'"));
  EXPECT_THAT(message(Graph().conv("x", "z")), HasSubstr("no node makes 'y'"));
  EXPECT_THAT(message(Graph().conv("x", "c").conv("c", "y", 4, 9)), HasSubstr("node_y"));
  Graph zero;
  zero.tensor("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}, "y", {{"strides", Ints{0, 0}}});
  EXPECT_THAT(message(zero), HasSubstr("below 1"));
  Graph grey;
  grey.g.input = {"x", {int64_t{1}, int64_t{1}, int64_t{8}, int64_t{8}}};
  EXPECT_THAT(message(grey.conv("x", "y")), HasSubstr("1 channels"));
}

TEST(ImportOnnx, WhatLociExportedComesBackWithTheSameFingerprint) {
  const TempFolder temp;
  for (const char* pooling : {"netvlad", "gem"}) {
    const auto model = sample(pooling);
    for (const OnnxOptions& options :
         {OnnxOptions{.width = 128, .height = 96}, OnnxOptions{.batch = 0, .pixels = false}}) {
      ASSERT_TRUE(export_onnx(*model, temp / "m.onnx", options).ok());
      const auto back = import_model(temp / "m.onnx");
      ASSERT_TRUE(back.ok()) << back.status().message();
      EXPECT_EQ(back->model->fingerprint, model->fingerprint);
      EXPECT_EQ(back->report.family, "loci-onnx");
    }
  }
}

TEST(ImportOnnx, MapsOfANetworkComeBackWithTheirNames) {
  const TempFolder temp;
  ModelSpec spec;
  spec.network = architecture("xfeat").value();
  const auto model = make_model(spec, random_weights(spec.network, 3, 1).value());
  const auto written = export_onnx(*model, temp / "m.onnx", {.maps = true});
  ASSERT_TRUE(written.ok()) << written.status().message();
  EXPECT_THAT(written->outputs, ElementsAre("features", "keypoint_logits", "reliability"));
  EXPECT_EQ(written->output_dim, 64);
  const auto back = import_model(temp / "m.onnx");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->model->spec.network.outputs, spec.network.outputs);
  EXPECT_TRUE(back->report.needs_clusters);
  EXPECT_EQ(back->model->tensors.size(), model->tensors.size());
}

TEST(ImportOnnx, WhatTheDescriptorDoesNotNeedIsNotWritten) {
  ModelSpec spec;
  spec.network = architecture("xfeat").value();
  spec.pooling.type = "mean";
  const auto model = make_model(spec, random_weights(spec.network, 3, 1).value());
  const OnnxGraph graph = build_onnx(*model, {});
  EXPECT_TRUE(graph.initializers.contains("block1.0.weight"));
  EXPECT_FALSE(graph.initializers.contains("keypoint_head.0.weight"));
}

TEST(ImportOnnx, AGraphThatWasChangedIsNotTakenForItsDescription) {
  const TempFolder temp;
  const auto model = sample("gem");
  OnnxGraph graph = build_onnx(*model, {.width = 128, .height = 96});
  for (OnnxNode& node : graph.nodes) {
    if (node.op_type == "MaxPool") node.attributes["strides"] = Ints{1, 1};
  }
  ASSERT_TRUE(write_onnx(temp / "m.onnx", graph).ok());
  const auto refused = import_model(temp / "m.onnx");
  EXPECT_EQ(refused.status().code(), Code::kCorrupt);
  EXPECT_THAT(refused.status().message(), HasSubstr("pool1"));
  EXPECT_THAT(refused.status().message(), HasSubstr("--family onnx"));
}

}  // namespace
}  // namespace loci
