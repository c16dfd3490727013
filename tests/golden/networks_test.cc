// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// EfficientNet-Lite0 and XFeat with their published weights, by their authors' numbers. Tolerances are those of the
// two case.json: 2e-4 of a tensor's largest magnitude.
#include "golden_stages.h"

#include "loci/describe/preprocess.h"

namespace loci {
namespace {

constexpr double kTolerance = 2e-4;

std::string weights(const std::string& file) {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  return std::string(shared == nullptr ? "" : shared) + "/data/weights/" + file;
}

/// A map as rows of channels, each over the positions.
std::vector<std::vector<double>> planes(const Features& map) {
  std::vector<std::vector<double>> out(static_cast<size_t>(map.values.cols()));
  for (int64_t d = 0; d < map.values.cols(); ++d) {
    for (int64_t i = 0; i < map.values.rows(); ++i)
      out[static_cast<size_t>(d)].push_back(static_cast<double>(map.values(i, d)));
  }
  return out;
}

void expect_near(const std::vector<double>& found,
                 const std::vector<double>& expected,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double largest = 0, worst = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    worst = std::max(worst, std::abs(expected[i] - found[i]));
  }
  EXPECT_LE(worst, kTolerance * largest) << what;
}

/// Against `path`.npy, or the three sums a channel in `path`_stats.npy where the case has only those.
void expect_stage(const Features& map, const std::string& path) {
  const std::vector<std::vector<double>> channels = planes(map);
  const bool whole = file_info(golden() + path + ".npy").ok();
  const NpyArray expected = read_npy(golden() + path + (whole ? ".npy" : "_stats.npy")).value();
  std::vector<double> found;
  if (whole) {
    ASSERT_EQ((std::vector<int64_t>{map.values.cols(), map.height, map.width}), expected.shape)
        << path;
    for (const auto& plane : channels) found.insert(found.end(), plane.begin(), plane.end());
    return expect_near(found, expected.values, path);
  }
  for (const int row : {0, 1, 2}) {
    found.clear();
    for (const auto& plane : channels) {
      double sum = 0;
      for (size_t i = 0; i < plane.size(); i += row == 2 ? 17 : 1)
        sum += row == 1 ? std::abs(plane[i]) : plane[i];
      found.push_back(sum);
    }
    const auto begin = expected.values.begin() + row * static_cast<int64_t>(found.size());
    expect_near(found, {begin, begin + static_cast<int64_t>(found.size())}, path + "_stats");
  }
}

std::shared_ptr<const Model> imported(const std::string& file, const std::string& architecture) {
  ImportOptions options;
  options.architecture = architecture;
  const auto made = import_model(weights(file), options);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return made.ok() ? made->model : nullptr;
}

/// All outputs of a model on one picture.
std::vector<Features> maps_of(const Model& model, const Image& image) {
  BackboneOptions options;
  options.num_threads = 1;
  const auto backbone = Backbone::create(make_model(model.spec, model.tensors), options).value();
  const InputTensor input = preprocess(model.spec.preprocessing, image).value();
  auto maps = backbone->run_outputs(input.values.data(), 1, input.height, input.width).value();
  std::vector<Features> out;
  for (std::vector<Features>& each : maps) out.push_back(std::move(each.front()));
  return out;
}

constexpr const char* kLite0 = "efficientnet-lite0-57934424.pth";

TEST(GoldenNetworks, EfficientNetLite0BlockByBlock) {
  SKIP_WITHOUT_GOLDEN();
  const auto model = imported(kLite0, "efficientnet_lite0_full");
  ASSERT_NE(model, nullptr);
  ModelSpec spec = model->spec;
  spec.network.outputs = {{"features", "head"},
                          {"b0", "block0.project"},
                          {"b2", "block2.add"},
                          {"b4", "block4.add"},
                          {"b7", "block7.add"},
                          {"b10", "block10.add"},
                          {"b14", "block14.add"},
                          {"b15", "block15.project"}};
  const auto stages = make_model(spec, model->tensors);
  for (const std::string image : kImages) {
    const std::string base = "effnet_lite/lite0_" + image + "_";
    const auto maps = maps_of(*stages, pixels("effnet_lite/" + image + "_pixels.npy"));
    for (size_t k = 0; k < maps.size(); ++k)
      expect_stage(maps[k], base + (k == 0 ? "head" : spec.network.outputs[k].name));
  }
}

TEST(GoldenNetworks, EfficientNetLite0IsCroppedAtStride16) {
  SKIP_WITHOUT_GOLDEN();
  const auto model = imported(kLite0, "");
  ASSERT_NE(model, nullptr);
  for (const std::string image : kImages) {
    const Image input = pixels("effnet_lite/" + image + "_pixels.npy");
    expect_stage(maps_of(*model, input).front(), "effnet_lite/lite0_" + image + "_b10");
  }
}

/// The classifier is the mean of the map and a linear layer, which loci calls pooling and whitening.
TEST(GoldenNetworks, EfficientNetLite0Logits) {
  SKIP_WITHOUT_GOLDEN();
  const auto model = imported(kLite0, "efficientnet_lite0_full");
  ASSERT_NE(model, nullptr);
  const FileTree tree = read_tree(weights(kLite0)).value();
  ModelSpec spec = model->spec;
  spec.pooling = {
      .type = "mean", .normalize_features = false, .intra_norm = false, .final_norm = false};
  spec.whitening = {.output_dim = 1000, .final_norm = false};
  TensorMap tensors = model->tensors;
  tensors["whitening.weight"] = row_major(*tree.root.find("_fc.weight"));
  tensors["whitening.bias"] = row_major(*tree.root.find("_fc.bias"));
  DescribeOptions options;
  options.precision = Precision::kFp32;
  options.num_threads = 1;
  const auto describer = Describer::create(make_model(spec, tensors), options).value();
  for (const std::string image : kImages) {
    const std::string base = "effnet_lite/lite0_" + image;
    const NpyArray expected = read_npy(golden() + base + "_logits.npy").value();
    std::vector<float> found(1000);
    ASSERT_TRUE(describer->describe(pixels(base + "_square.npy"), found).ok());
    expect_near({found.begin(), found.end()}, expected.values, base);
  }
}

TEST(GoldenNetworks, XFeatMaps) {
  SKIP_WITHOUT_GOLDEN();
  const auto model = imported("xfeat.pt", "");
  ASSERT_NE(model, nullptr);
  for (const std::string image : kImages) {
    const auto maps = maps_of(*model, pixels("xfeat/" + image + "_pixels.npy"));
    ASSERT_EQ(maps.size(), model->spec.network.outputs.size());
    for (size_t k = 0; k < maps.size(); ++k)
      expect_stage(maps[k], "xfeat/" + image + "_" + model->spec.network.outputs[k].name);
  }
}

/// The mean over positions of the cosine of two maps' features.
double mean_cosine(const Features& a, const Features& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.values.rows(); ++i) {
    double aa = 0, bb = 0, ab = 0;
    for (int64_t d = 0; d < a.values.cols(); ++d) {
      const auto x = static_cast<double>(a.values(i, d)), y = static_cast<double>(b.values(i, d));
      aa += x * x;
      bb += y * y;
      ab += x * y;
    }
    sum += ab / std::sqrt(aa * bb + 1e-30);
  }
  return sum / static_cast<double>(a.values.rows());
}

TEST(GoldenNetworks, LowPrecisionsStayNearFloat32) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string file : {kLite0, "xfeat.pt"}) {
    auto model = imported(file, "");
    ASSERT_NE(model, nullptr);
    const auto input_of = [&](const std::string& image) {
      return preprocess(model->spec.preprocessing, pixels("xfeat/" + image + "_pixels.npy"))
          .value();
    };
    auto calibrator = Calibrator::create(model, 1).value();
    for (const char* image : {"img0", "img2"}) {
      const InputTensor input = input_of(image);
      ASSERT_TRUE(calibrator->add(input.values.data(), 1, input.height, input.width).ok());
    }
    model = calibrator->finish().value();
    const InputTensor input = input_of("img1");
    const auto run = [&](Precision precision) {
      BackboneOptions options{.precision = precision, .num_threads = 1, .emulate_precision = true};
      auto backbone = Backbone::create(model, options).value();
      return backbone->run_outputs(input.values.data(), 1, input.height, input.width).value();
    };
    const auto exact = run(Precision::kFp32), half = run(Precision::kBf16),
               integers = run(Precision::kInt8);
    EXPECT_GT(mean_cosine(exact[0][0], half[0][0]), 0.998) << file;
    EXPECT_GT(mean_cosine(exact[0][0], integers[0][0]), 0.98) << file;
    if (exact.size() < 2) continue;
    EXPECT_GT(mean_cosine(exact[1][0], half[1][0]), 0.999);
    EXPECT_GT(mean_cosine(exact[1][0], integers[1][0]), 0.999);  // heads stay in floats
  }
}

}  // namespace
}  // namespace loci
