// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Vision transformers by their authors' numbers: stages and descriptors from their own files. Tolerances are those of
// each case.json.
#include "golden_stages.h"

#include "loci/describe/preprocess.h"

namespace loci {
namespace {

std::shared_ptr<const Model> imported(const std::string& file, const std::string& family = "auto") {
  ImportOptions options;
  options.family = family;
  const auto made = import_model(golden() + "vit/" + file, options);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return made.ok() ? made->model : nullptr;
}

Image picture(const std::string& name) {
  return load_image(golden() + "vit/images/" + name + ".png").value();
}

/// What operator `op` makes of a picture at its own size (to the nearest multiple of the patch).
Features stage(const Model& model, const std::string& image, const std::string& op) {
  ModelSpec spec = model.spec;
  spec.network.outputs = {{"features", op}};
  spec.preprocessing.resize = Preprocessing::Resize::kNone;
  const InputTensor input = preprocess(spec.preprocessing, picture(image)).value();
  BackboneOptions options;
  options.num_threads = 2;
  const auto backbone = Backbone::create(make_model(spec, model.tensors), options).value();
  auto maps = backbone->run(input.values.data(), 1, input.height, input.width);
  EXPECT_TRUE(maps.ok()) << maps.status().to_string();
  return std::move(maps.value().front());
}

/// Rows `first` to first + rows - 1 of the stored array [rows, channels] at `expected`, by `tolerance` of its largest.
void expect_rows(const Features& found,
                 const std::vector<int64_t>& rows,
                 std::span<const double> expected,
                 double tolerance,
                 const std::string& what) {
  const int64_t channels = found.values.cols();
  ASSERT_EQ(std::ssize(expected), std::ssize(rows) * channels) << what;
  double largest = 0, worst = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_LT(rows[i], found.values.rows()) << what;
    for (int64_t c = 0; c < channels; ++c) {
      const double value = expected[i * static_cast<size_t>(channels) + static_cast<size_t>(c)];
      largest = std::max(largest, std::abs(value));
      worst = std::max(worst, std::abs(value - static_cast<double>(found.values(rows[i], c))));
    }
  }
  EXPECT_LE(worst, tolerance * largest) << what;
}

std::vector<int64_t> all_rows(const Features& found) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < found.values.rows(); ++i) rows.push_back(i);
  return rows;
}

void expect_all(const Features& found, const std::string& path, double tolerance) {
  const NpyArray stored = read_npy(golden() + "vit/" + path).value();
  expect_rows(found, all_rows(found), stored.values, tolerance, path);
}

/// Tokens before the patches, then all or every eleventh patch, as the case stores them.
std::vector<int64_t> stored_rows(int64_t tokens, int64_t total, size_t stored) {
  std::vector<int64_t> rows;
  const bool all = std::cmp_equal(stored, total);
  for (int64_t i = 0; i < tokens; ++i) rows.push_back(i);
  for (int64_t i = tokens; i < total; i += all ? 1 : 11) rows.push_back(i);
  return rows;
}

struct Encoder {
  const char *file, *name;
  int depth, registers;
  std::vector<const char*> images;
};

void expect_encoder(const Encoder& encoder) {
  const auto model = imported("dinov2/" + std::string(encoder.file));
  ASSERT_NE(model, nullptr);
  for (const char* image : encoder.images) {
    const std::string base = std::string("dinov2/") + encoder.name + "_" + image;
    const Features normed = stage(*model, image, "norm");
    const NpyArray norm = read_npy(golden() + "vit/" + base + "_norm.npy").value();
    const auto count = static_cast<size_t>(norm.shape[0]);
    const std::vector<int64_t> rows =
        stored_rows(1 + encoder.registers, normed.values.rows(), count);
    expect_rows(normed, rows, norm.values, 3e-5, base + " norm");
    const std::string tokens_file = golden() + "vit/" + base + "_tokens.npy";
    if (!file_info(tokens_file).ok()) continue;
    const NpyArray tokens = read_npy(tokens_file).value();
    const size_t each = tokens.values.size() / static_cast<size_t>(tokens.shape[0]);
    for (int i = 0; i <= encoder.depth; ++i) {
      const std::string op = i > 0                   ? "blocks." + std::to_string(i - 1) + ".sum2"
                             : encoder.registers > 0 ? "register_tokens"
                                                     : "pos_embed";
      expect_rows(stage(*model, image, op),
                  rows,
                  std::span(tokens.values).subspan(static_cast<size_t>(i) * each, each),
                  i == 0 ? 1e-5 : 3e-5,
                  base + " " + op);
    }
  }
}

class GoldenVit : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_GOLDEN(); }
};

TEST_F(GoldenVit, DinoV2WithoutRegistersBlockByBlock) {
  expect_encoder({"a.pth", "a", 2, 0, {"a_224", "b_322", "c_210x154"}});
}

TEST_F(GoldenVit, DinoV2WithRegistersFromAnOldPickle) {
  expect_encoder({"b_legacy.pth", "b", 1, 4, {"a_224", "b_322", "c_210x154"}});
}

TEST_F(GoldenVit, DinoV2WithRegistersFromTransformers) {
  expect_encoder({"b_hf.safetensors", "b", 1, 4, {"a_224", "b_322", "c_210x154"}});
}

TEST_F(GoldenVit, TransformersResamplesPositionsByItsOwnRule) {
  const auto model = imported("dinov2/p_hf.safetensors");
  ASSERT_NE(model, nullptr);
  expect_all(stage(*model, "d_112x98", "norm"), "dinov2/p_d_112x98_norm_ruleC.npy", 3e-5);
  ModelSpec hub = model->spec;
  for (Op& op : hub.network.ops) op.positions = PositionRule::kOffset;
  expect_all(stage(*make_model(hub, model->tensors), "d_112x98", "norm"),
             "dinov2/p_d_112x98_norm.npy",
             3e-5);
}

/// The whole model's descriptor of a picture.
void expect_whole(const Model& model,
                  const std::string& image,
                  const std::string& path,
                  double tolerance) {
  ModelSpec spec = model.spec;
  spec.preprocessing.resize = Preprocessing::Resize::kNone;
  DescribeOptions options;
  options.precision = Precision::kFp32;
  options.num_threads = 2;
  const auto describer = Describer::create(make_model(spec, model.tensors), options);
  ASSERT_TRUE(describer.ok()) << describer.status().to_string();
  expect_descriptor(*describer.value(), picture(image), "vit/" + path, tolerance);
}

TEST_F(GoldenVit, Salad) {
  const auto model = imported("salad/dino_salad.ckpt");
  ASSERT_NE(model, nullptr);
  for (const std::string image : {"d_112x98", "c_210x154"})
    expect_whole(*model, image, "salad/" + image + "_descriptor.npy", 5e-6);
}

TEST_F(GoldenVit, MegaLocFromBothOfItsFiles) {
  for (const char* file : {"model.safetensors", "megaloc.torch"}) {
    const auto model = imported(std::string("megaloc/") + file);
    ASSERT_NE(model, nullptr);
    for (const std::string image : {"d_112x98", "f_63x77"}) {
      expect_whole(*model, image, "megaloc/" + image + "_descriptor.npy", 5e-6);
      ModelSpec spec = model->spec;
      spec.whitening = WhiteningSpec();
      expect_whole(
          *make_model(spec, model->tensors), image, "megaloc/" + image + "_salad.npy", 5e-6);
    }
  }
}

TEST_F(GoldenVit, MegaLocResizesToTheNearestMultipleOf14) {
  const auto model = imported("megaloc/model.safetensors");
  ASSERT_NE(model, nullptr);
  const InputTensor input = preprocess(model->spec.preprocessing, picture("f_63x77")).value();
  const NpyArray expected = read_npy(golden() + "vit/megaloc/f_63x77_resized.npy").value();
  ASSERT_EQ((std::vector<int64_t>{3, input.height, input.width}), expected.shape);
  const size_t positions = input.values.size() / 3;
  for (size_t i = 0; i < input.values.size(); ++i) {
    ASSERT_NEAR(
        static_cast<double>(input.values[i]), expected.values[i % 3 * positions + i / 3], 5e-5);
  }
}

TEST_F(GoldenVit, BagOfQueriesOnResNet) {
  const auto model = imported("boq/resnet50.pth");
  ASSERT_NE(model, nullptr);
  for (const std::string op : {"norm_input", "boqs.0.norm2", "boqs.1.norm2", "boqs.0.norm_out"}) {
    const std::string name = op == "norm_input"     ? op
                             : op == "boqs.0.norm2" ? "x0"
                             : op == "boqs.1.norm2" ? "x1"
                                                    : "out0";
    expect_all(stage(*model, "l_96x128", op), "boq/resnet50_l_96x128_" + name + ".npy", 3e-4);
  }
  for (const char* i : {"0", "1"}) {
    expect_all(stage(*model, "l_96x128", std::string("boqs.") + i + ".queries"),
               std::string("boq/resnet50_l_96x128_q") + i + ".npy",
               3e-5);
  }
  for (const std::string image : {"l_96x128", "k_160"})
    expect_whole(*model, image, "boq/resnet50_" + image + "_descriptor.npy", 1e-5);
}

TEST_F(GoldenVit, ImAge) {
  const auto model = imported("image/ImAge.pth");
  ASSERT_NE(model, nullptr);
  const char* stages[] = {
      "register_tokens", "blocks.0.sum2", "aggregation_tokens", "blocks.1.sum2", "norm"};
  for (int i = 0; i < 5; ++i) {
    expect_all(stage(*model, "d_112x98", stages[i]),
               "image/d_112x98_stage" + std::to_string(i) + ".npy",
               3e-5);
  }
  for (const std::string image : {"d_112x98", "c_210x154", "e_112"})
    expect_whole(*model, image, "image/" + image + "_descriptor.npy", 5e-6);
}

TEST_F(GoldenVit, Sage) {
  const auto model = imported("sage/SAGE_No-Encoder.pth");
  ASSERT_NE(model, nullptr);
  for (const std::string image : {"d_112x98", "c_210x154"})
    expect_whole(*model, image, "sage/" + image + "_descriptor.npy", 1e-5);
}

TEST_F(GoldenVit, EdtFormer) {
  const auto model = imported("edtformer/EDTformer.pth");
  ASSERT_NE(model, nullptr);
  const std::pair<const char*, const char*> stages[] = {{"blocks.0.sum2", "x0"},
                                                        {"adapters.0.out", "y0"},
                                                        {"norm", "norm"},
                                                        {"fc", "memory"},
                                                        {"decoder.0.norm2", "q0"},
                                                        {"decoder.1.norm2", "q1"}};
  for (const auto& [op, name] : stages) {
    expect_all(
        stage(*model, "d_112x98", op), std::string("edtformer/d_112x98_") + name + ".npy", 5e-5);
  }
  for (const std::string image : {"d_112x98", "c_210x154"})
    expect_whole(*model, image, "edtformer/" + image + "_descriptor.npy", 1e-5);
}

TEST_F(GoldenVit, SelaVprPlusPlusAndItsHash) {
  const std::string file = "selavprpp/SelaVPRplusplus_base_rerank.pth";
  const auto model = imported(file), hash = imported(file, "selavprpp-hash");
  ASSERT_NE(model, nullptr);
  ASSERT_NE(hash, nullptr);
  expect_all(stage(*model, "e_112", "head"), "selavprpp/e_112_linear1.npy", 5e-5);
  for (const std::string image : {"e_112", "a_224"}) {
    expect_whole(*model, image, "selavprpp/" + image + "_descriptor.npy", 1e-5);
    expect_whole(*hash, image, "selavprpp/" + image + "_hash_float.npy", 1e-5);
  }
}

TEST_F(GoldenVit, CricaVprOfAPhotoAlone) {
  const auto model = imported("cricavpr/CricaVPR.pth");
  ASSERT_NE(model, nullptr);
  for (const std::string image : {"a", "h"})
    expect_whole(*model, image + "_224", "cricavpr/descriptor_" + image + "_alone.npy", 1e-5);
}

TEST_F(GoldenVit, MixVprAndConvAp) {
  const auto conv = imported("mixvpr_convap/resnet50_ConvAP.ckpt");
  ASSERT_NE(conv, nullptr);
  expect_whole(*conv, "k_160", "mixvpr_convap/convap_k_160_descriptor.npy", 3e-5);
  // Its map has a size of its own: a part of the picture.
  const auto mix = imported("mixvpr_convap/resnet50_MixVPR.ckpt");
  ASSERT_NE(mix, nullptr);
  const Image whole = picture("a_224");
  Image part(96, 96);
  for (int y = 0; y < 96; ++y)
    std::copy_n(
        whole.pixels.data() + ((y + 10) * 224 + 20) * 3, 96 * 3, part.pixels.data() + y * 96 * 3);
  for (const auto& [model, name] : {std::pair(mix, "mixvpr"), std::pair(conv, "convap")}) {
    ModelSpec spec = model->spec;
    spec.preprocessing.resize = Preprocessing::Resize::kNone;
    DescribeOptions options;
    options.precision = Precision::kFp32;
    const auto describer = Describer::create(make_model(spec, model->tensors), options).value();
    expect_descriptor(
        *describer, part, std::string("vit/mixvpr_convap/") + name + "_cut_descriptor.npy", 3e-5);
  }
}

}  // namespace
}  // namespace loci
