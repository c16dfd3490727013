// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/model.h"

#include "loci/base/file.h"
#include "loci/base/progress.h"
#include "loci/model/safetensors.h"

#include <cmath>
#include <cstring>
#include <unistd.h>

#include <gtest/gtest.h>

namespace loci {
namespace {

ModelSpec small_spec() {
  ModelSpec spec;
  spec.name = "small";
  spec.features = "network";
  Op conv;
  conv.name = "conv1";
  conv.out_channels = 4;
  conv.kernel_h = conv.kernel_w = 3;
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  conv.activation = Activation::kRelu;
  Op pool;
  pool.type = OpType::kMaxPool;
  pool.name = "pool1";
  pool.kernel_h = pool.kernel_w = pool.stride = 2;
  spec.network = {.architecture = "tiny", .ops = {conv, pool}};
  spec.preprocessing.mean = {123.5, 116, 103.25};
  spec.pooling.num_clusters = 2;
  spec.pooling.dimension_outer = true;
  spec.pooling.eps = NormEps::kRoot;
  spec.record = R"({"from":"a test"})";
  return spec;
}

std::shared_ptr<const Model> small_model() {
  const std::vector<float> weights(4 * 3 * 9, 0.25f);
  const std::vector<float> bias = {1, 2, 3, 4};
  return make_model(small_spec(),
                    {{"conv1.weight", make_tensor({4, 3, 3, 3}, weights)},
                     {"conv1.bias", make_tensor({4}, bias)}});
}

TEST(ModelSpec, JsonRoundTripKeepsEveryField) {
  const std::string json = to_json(small_spec());
  const ModelSpec back = parse_spec(json, "test").value();
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.network.ops[0].activation, Activation::kRelu);
  EXPECT_EQ(back.pooling.eps, NormEps::kRoot);
  EXPECT_TRUE(back.pooling.dimension_outer);
  EXPECT_EQ(back.preprocessing.mean[2], 103.25);
}

ModelSpec spec_with_outputs() {
  ModelSpec spec = small_spec();
  Op norm;
  norm.type = OpType::kInstanceNorm;
  norm.name = "norm";
  norm.norm_eps = 1e-3;
  Op up;
  up.type = OpType::kUpsample;
  up.name = "up";
  up.inputs = {"pool1", "conv1"};
  Op blocks;
  blocks.type = OpType::kSpaceToDepth;
  blocks.name = "blocks";
  blocks.stride = 4;
  Op head = spec.network.ops[0];
  head.name = "head";
  head.activation = Activation::kSigmoid;
  for (const Op& op : {norm, up, blocks, head}) spec.network.ops.push_back(op);
  spec.network.outputs = {{"features", "up"}, {"score", "head"}};
  spec.preprocessing.side_multiple = 32;
  return spec;
}

TEST(ModelSpec, JsonRoundTripKeepsOutputsAndTheirOperators) {
  const std::string json = to_json(spec_with_outputs());
  const ModelSpec back = parse_spec(json, "test").value();
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.network.outputs, spec_with_outputs().network.outputs);
  EXPECT_EQ(features_op(back.network), 3u);
  EXPECT_EQ(back.network.ops[2].norm_eps, 1e-3);
  EXPECT_EQ(back.network.ops[3].type, OpType::kUpsample);
  EXPECT_EQ(back.network.ops[4].type, OpType::kSpaceToDepth);
  EXPECT_EQ(back.network.ops[5].activation, Activation::kSigmoid);
  EXPECT_EQ(back.preprocessing.side_multiple, 32);
}

TEST(ModelSpec, OnlyWhatNeedsItIsWrittenInTheNewerVersion) {
  EXPECT_NE(to_json(spec_with_outputs()).find(R"("format_version":2)"), std::string::npos);
  // The text, and with it the fingerprint, of a model without outputs and side_multiple, as it was before there were
  // any.
  ModelSpec plain = small_spec();
  plain.name.clear();
  const std::string json = to_json(plain);
  EXPECT_NE(json.find(R"("format_version":1)"), std::string::npos);
  for (const char* word : {"outputs", "side_multiple", "norm_eps"})
    EXPECT_EQ(json.find(word), std::string::npos) << word;
  EXPECT_EQ(small_model()->fingerprint,
            "b8154e51d2d6dc8cd650505f86ca766171b136512aa8212bee556434b9797512");
}

TEST(ModelSpec, OutputsThatDoNotFitAreCorrupt) {
  const auto refused = [](std::vector<NetworkOutput> outputs) {
    ModelSpec spec = spec_with_outputs();
    spec.network.outputs = std::move(outputs);
    return parse_spec(to_json(spec), "m").status().code() == Code::kCorrupt;
  };
  EXPECT_FALSE(refused({{"features", "up"}}));
  EXPECT_TRUE(refused({{"score", "head"}}));
  EXPECT_TRUE(refused({{"features", "nobody"}}));
  EXPECT_TRUE(refused({{"features", "input"}}));
  EXPECT_TRUE(refused({{"features", "up"}, {"features", "head"}}));
}

TEST(ModelSpec, NewerVersionIsUnsupportedByNumber) {
  const Status status = parse_spec(R"({"format_version":99})", "m").status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("99"), std::string::npos);
}

TEST(ModelSpec, WrongTypesAreCorruptWithTheMembersName) {
  const Status status =
      parse_spec(R"({"format_version":1,"features":"rootsift","local":{"step_px":"eight"}})", "m")
          .status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("local.step_px"), std::string::npos);
}

TEST(ModelSpec, UnknownOperatorIsUnsupported) {
  const Status status =
      parse_spec(R"({"format_version":1,"network":{"ops":[{"type":"warp","name":"a"}]}})", "m")
          .status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("warp"), std::string::npos);
}

TEST(ModelSpec, InputThatNobodyMakesIsCorrupt) {
  const Status status =
      parse_spec(
          R"({"format_version":1,"network":{"ops":[{"type":"relu","name":"a","inputs":["b"]}]}})",
          "m")
          .status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
}

TEST(ModelSpec, BottomlessNestingIsRefused) {
  EXPECT_EQ(parse_spec(std::string(100000, '['), "m").status().code(), Code::kCorrupt);
}

TEST(ModelFile, RoundTripKeepsTensorsAndFingerprint) {
  const TempFolder folder;
  const auto model = small_model();
  ASSERT_TRUE(save_model(*model, folder / "m.safetensors").ok());
  const auto back = load_model(folder / "m.safetensors").value();
  EXPECT_EQ(back->fingerprint, model->fingerprint);
  EXPECT_EQ(back->tensors.at("conv1.bias").to_floats(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_TRUE(verify_model(*back).ok());
}

TEST(ModelFile, FingerprintIgnoresTheNameAndSeesTheWeights) {
  const auto model = small_model();
  ModelSpec renamed = model->spec;
  renamed.name = "other";
  EXPECT_EQ(make_model(renamed, model->tensors)->fingerprint, model->fingerprint);
  TensorMap changed = model->tensors;
  const std::vector<float> bias = {1, 2, 3, 5};
  changed["conv1.bias"] = make_tensor({4}, bias);
  EXPECT_NE(make_model(model->spec, changed)->fingerprint, model->fingerprint);
}

TEST(ModelFile, FlippedByteIsFoundByVerify) {
  const TempFolder folder;
  ASSERT_TRUE(save_model(*small_model(), folder / "m").ok());
  std::vector<uint8_t> bytes = read_file(folder / "m").value();
  bytes.back() ^= 1;
  ASSERT_TRUE(write_file(folder / "m", bytes).ok());
  EXPECT_EQ(verify_model(*load_model(folder / "m").value()).code(), Code::kCorrupt);
}

TEST(ModelFile, TruncatedAtAnyLengthIsCorrupt) {
  const TempFolder folder;
  ASSERT_TRUE(save_model(*small_model(), folder / "m").ok());
  const std::vector<uint8_t> bytes = read_file(folder / "m").value();
  for (size_t size = 0; size < bytes.size(); size += 13) {
    const auto result = parse_safetensors(std::span(bytes).first(size), nullptr, "cut");
    EXPECT_EQ(result.status().code(), Code::kCorrupt) << size;
  }
}

std::vector<uint8_t> with_header(const std::string& header, uint64_t stated, size_t data) {
  std::vector<uint8_t> bytes(8 + header.size() + data);
  std::memcpy(bytes.data(), &stated, 8);
  std::copy(header.begin(), header.end(), bytes.begin() + 8);
  return bytes;
}

TEST(Safetensors, HugeHeaderIsRefusedBeforeAnythingIsAllocated) {
  const auto bytes = with_header("{}", uint64_t{1} << 60, 0);
  EXPECT_EQ(parse_safetensors(bytes, nullptr, "f").status().code(), Code::kCorrupt);
}

TEST(Safetensors, OverlapGapAndHugeShapesNameTheTensor) {
  const auto check = [](const std::string& header, size_t data, const std::string& name) {
    const Status status =
        parse_safetensors(with_header(header, header.size(), data), nullptr, "f").status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << header;
    EXPECT_NE(status.message().find(name), std::string::npos) << status.message();
  };
  check(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      12,
      "'b'");
  check(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})",
      20,
      "'b'");
  check(R"({"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}})", 8, "'a'");
  check(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8, "'a'");
  check(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})", 8, "'a'");
}

TEST(Safetensors, OtherPeoplesFileSaysThatItIsNoModel) {
  const TempFolder folder;
  const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  ASSERT_TRUE(write_file(folder / "x", with_header(header, header.size(), 8)).ok());
  const Status status = load_model(folder / "x").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("loci import"), std::string::npos);
}

TEST(Tensor, WrongShapeSaysWhatWasFoundAndExpected) {
  const auto model = small_model();
  const Status status = find_matrix(model->tensors, "conv1.bias", 2, 2).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("is 4"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("2x2"), std::string::npos) << status.message();
}

TEST(Tensor, HalfFloatsConvert) {
  const std::vector<uint16_t> bits = {0x3c00, 0xc000, 0x0001, 0x7c00};
  const auto values = make_tensor({4}, bits, DType::kF16).to_floats();
  EXPECT_EQ(values[0], 1.0f);
  EXPECT_EQ(values[1], -2.0f);
  EXPECT_EQ(values[2], 0x1p-24f);
  EXPECT_TRUE(std::isinf(values[3]));
}

TEST(Safetensors, ManyNamesCostNoMoreThanTheirBytes) {
  std::string names = "{", nested = R"({"__metadata__":{)";
  for (int i = 0; i < 200'000; ++i) {
    const std::string entry = (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":";
    names += entry + "0";
    nested += entry + "\"\"";
  }
  names += "}";
  nested += "}}";
  const Stopwatch watch;
  for (const std::string& header : {names, nested}) {
    std::vector<uint8_t> bytes(8 + header.size());
    const uint64_t size = header.size();
    std::memcpy(bytes.data(), &size, 8);
    std::memcpy(bytes.data() + 8, header.data(), size);
    (void)parse_safetensors(bytes, nullptr, "file").ok();
  }
  EXPECT_EQ(parse_spec(names, "description").status().code(), Code::kCorrupt);
  EXPECT_LT(watch.seconds(), 20) << "was minutes";
}

TEST(Safetensors, ANameThatStandsTwiceIsRefused) {
  const std::string entry = R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  const std::string header = "{" + entry + "," + entry + "}";
  std::vector<uint8_t> bytes(8 + header.size() + 1);
  const uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), size);
  const Status status = parse_safetensors(bytes, nullptr, "file").status();
  EXPECT_NE(status.message().find("twice"), std::string::npos) << status.to_string();
}

TEST(Safetensors, AModelSurvivesThatItsFileIsOverwrittenInPlace) {
  const TempFolder folder;
  const std::vector<float> values(10'000, 1.5f);
  Safetensors content;
  content.tensors.emplace("a", make_tensor({10'000}, values));
  ASSERT_TRUE(write_safetensors(folder / "m", content).ok());
  const Safetensors read = read_safetensors(folder / "m").value();
  ASSERT_EQ(::truncate((folder / "m").c_str(), 0), 0);
  float last = 0;
  std::memcpy(&last, read.tensors.at("a").bytes.data() + 9'999 * sizeof(float), sizeof last);
  EXPECT_EQ(last, 1.5f);
}

}  // namespace
}  // namespace loci
