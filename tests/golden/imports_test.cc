// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tolerances are those that each case's case.json states.

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/describe/describer.h"
#include "loci/exchange/import.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace loci {
namespace {

std::string golden() {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  const std::string folder = shared == nullptr ? "" : std::string(shared) + "/golden/";
  return !folder.empty() && file_info(folder).ok() ? folder : "";
}

/// A published model in the stages that the cases give numbers for, looking at images at their
/// native size.
struct Stages {
  std::unique_ptr<Describer> pooled, whole;
};

Stages load(const std::string& path, const std::string& pooling = "") {
  ImportOptions options;
  options.pooling = pooling;
  Result<ImportedModel> imported = import_model(golden() + path, options);
  EXPECT_TRUE(imported.ok()) << imported.status().to_string();
  ModelSpec spec = imported.value().model->spec;
  TensorMap tensors = imported.value().model->tensors;
  spec.preprocessing.resize = Preprocessing::Resize::kNone;
  DescribeOptions describe;
  describe.precision = Precision::kFp32;
  describe.num_threads = 1;
  Stages stages;
  stages.whole = Describer::create(make_model(spec, tensors), describe).value();
  spec.whitening = WhiteningSpec();
  stages.pooled = Describer::create(make_model(spec, tensors), describe).value();
  return stages;
}

Image pixels(const std::string& path) {
  if (!path.ends_with(".npy")) return load_image(golden() + path).value();
  const NpyArray array = read_npy(golden() + path).value();
  Image image(static_cast<int>(array.shape[1]), static_cast<int>(array.shape[0]));
  for (size_t i = 0; i < array.values.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(array.values[i]);
  return image;
}

/// The feature map against [D, h, w] of the peer, relative to its largest value.
void expect_map(const Describer& describer, const Image& image, const std::string& path) {
  const NpyArray expected = read_npy(golden() + path).value();
  const Features found = describer.features(image, 1).value();
  ASSERT_EQ((std::vector<int64_t>{found.values.cols(), found.height, found.width}), expected.shape)
      << path;
  double largest = 0, worst = 0;
  const int64_t positions = found.values.rows();
  for (int64_t d = 0; d < found.values.cols(); ++d) {
    for (int64_t i = 0; i < positions; ++i) {
      const double value = expected.values[static_cast<size_t>(d * positions + i)];
      largest = std::max(largest, std::abs(value));
      worst = std::max(worst, std::abs(value - static_cast<double>(found.values(i, d))));
    }
  }
  EXPECT_LE(worst, 1e-4 * largest) << path;
}

void expect_descriptor(const Describer& describer,
                       const Image& image,
                       const std::string& path,
                       double tolerance,
                       int64_t row = 0) {
  const NpyArray expected = read_npy(golden() + path).value();
  std::vector<float> found(static_cast<size_t>(describer.dim()));
  ASSERT_TRUE(describer.describe(image, found).ok());
  ASSERT_EQ(describer.dim(), expected.shape.back()) << path;
  double worst = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst,
                     std::abs(static_cast<double>(found[i]) -
                              expected.values[static_cast<size_t>(row) * found.size() + i]));
  }
  EXPECT_LE(worst, tolerance) << path;
}

#define SKIP_WITHOUT_GOLDEN() \
  if (golden().empty()) GTEST_SKIP() << "no golden numbers: set LOCI_SHARED_DIR"

constexpr const char* kImages[] = {"img0", "img1", "img2"};

std::string photo(const std::string& folder, const std::string& image) {
  return folder + image + (image == "img1" ? ".png" : ".jpg");
}

TEST(GoldenDescriptors, ReljaNetVladBothVersionsAndEveryStorageForm) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string file : {"relja_mat_v1/net_struct.mat",
                                 "relja_mat_v1/net_struct_matlablike.mat",
                                 "relja_mat_v1/net_struct_avg1x1.mat",
                                 "relja_mat_v2/net_struct.mat",
                                 "relja_mat_v2/net_struct_matlablike.mat"}) {
    const Stages stages = load(file);
    const std::string folder = file.substr(0, file.find('/') + 1);
    for (const std::string image : kImages) {
      const Image input = pixels(folder + image + "_pixels.npy");
      expect_map(*stages.pooled, input, folder + image + "_conv5_3.npy");
      expect_descriptor(
          *stages.pooled, input, folder + image + "_octave_exact_vlad_final.npy", 2e-5);
      expect_descriptor(*stages.pooled, input, folder + image + "_vlad_final.npy", 2e-5);
      expect_descriptor(*stages.whole, input, folder + image + "_octave_exact_whitened.npy", 1e-4);
      expect_descriptor(*stages.whole, input, folder + image + "_whitened.npy", 1e-4);
    }
  }
}

TEST(GoldenDescriptors, ReljaAlexNetWithGroupsAndLrn) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("relja_mat_caffe/net_struct.mat");
  for (const std::string image : kImages) {
    const Image input = pixels(photo("relja_mat_caffe/", image));
    expect_map(*stages.pooled, input, "relja_mat_caffe/" + image + "_conv5.npy");
    expect_descriptor(*stages.pooled, input, "relja_mat_caffe/" + image + "_vlad_final.npy", 2e-5);
    expect_descriptor(*stages.whole, input, "relja_mat_caffe/" + image + "_whitened.npy", 1e-4);
  }
}

TEST(GoldenDescriptors, PytorchNetVlad) {
  SKIP_WITHOUT_GOLDEN();
  for (const auto& [file, name] :
       {std::pair<std::string, std::string>{"vgg_v1_legacy.pth.tar", "vgg_v1"},
        {"vgg_v2_legacy_dp.pth.tar", "vgg_v2"},
        {"alexnet_v1_legacy.pth.tar", "alexnet_v1"},
        {"alexnet_v2_zip_dp.pth.tar", "alexnet_v2"}}) {
    const Stages stages = load("nanne/" + file);
    for (const std::string image : kImages) {
      const Image input = pixels(photo("nanne/", image));
      if (name.ends_with("v1"))
        expect_map(*stages.pooled, input, "nanne/" + name + "_" + image + "_encoder.npy");
      expect_descriptor(
          *stages.whole, input, "nanne/" + name + "_" + image + "_vlad_final.npy", 2e-5);
    }
  }
}

TEST(GoldenDescriptors, PatchNetVladWithItsTransposedWhitening) {
  SKIP_WITHOUT_GOLDEN();
  const std::string images[] = {"img0", "img1", "img2_rgb"};
  for (const std::string file : {"netvlad_WPCA56.pth.tar",
                                 "netvlad_WPCA56_f32_legacy.pth.tar",
                                 "netvlad_WPCA56_dp.pth.tar"}) {
    const Stages stages = load("patchnetvlad/" + file);
    for (int64_t row = 0; row < 3; ++row) {
      const std::string base = "patchnetvlad/" + images[row];
      expect_descriptor(*stages.whole,
                        pixels(base + "_pixels.npy"),
                        "patchnetvlad/globalfeats_native.npy",
                        1e-4,
                        row);
      expect_descriptor(*stages.whole,
                        pixels(base + "_resized_72x104.npy"),
                        "patchnetvlad/globalfeats_resize_72x104.npy",
                        1e-4,
                        row);
    }
  }
}

TEST(GoldenDescriptors, OpenIbl) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("openibl/vgg16_netvlad.pth");
  for (const std::string image : kImages) {
    const std::string base = "openibl/" + image;
    const Image native = pixels(photo("openibl/", image)),
                resized = pixels(base + "_resize_pixels.npy");
    expect_descriptor(*stages.pooled, native, base + "_native_vlad_final.npy", 2e-5);
    expect_descriptor(*stages.whole, native, base + "_native_pca.npy", 1e-4);
    expect_descriptor(*stages.pooled, resized, base + "_resize_vlad_final.npy", 2e-5);
    expect_descriptor(*stages.whole, resized, base + "_resize_pca.npy", 1e-4);
  }
}

TEST(GoldenDescriptors, GmbertonResNetsWithNetVladAndGem) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string name : {"r18conv4_netvlad", "r18conv5_gem_fc"}) {
    for (const char* form : {"_released.pth", "_last_model.pth"}) {
      const Stages stages = load("dvgl/" + name + form);
      for (const std::string image : kImages) {
        const Image input = pixels(photo("dvgl/", image));
        expect_map(*stages.pooled, input, "dvgl/" + name + "_" + image + "_map.npy");
        expect_descriptor(*stages.whole, input, "dvgl/" + name + "_" + image + "_desc.npy", 2e-5);
      }
    }
  }
}

TEST(GoldenDescriptors, TorchvisionBackbones) {
  SKIP_WITHOUT_GOLDEN();
  for (const auto& [name, stage] : {std::pair<std::string, std::string>{"vgg16", "features.28"},
                                    {"alexnet", "features.10"},
                                    {"resnet18", "layer4"},
                                    {"resnet50", "layer4"},
                                    {"mobilenet_v2", "features.13"}}) {
    const Stages stages = load("backbones/" + name + ".pth", "max");
    for (const std::string image : {"img0", "img1"}) {
      expect_map(*stages.pooled,
                 pixels("backbones/" + image + "_pixels.npy"),
                 "backbones/" + name + "_" + image + "_" + stage + ".npy");
    }
  }
}

}  // namespace
}  // namespace loci
