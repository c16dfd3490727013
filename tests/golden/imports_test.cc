// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tolerances are those that each case's case.json states.

#include "golden_stages.h"

#include "loci/describe/preprocess.h"

namespace loci {
namespace {

TEST(GoldenDescriptors, ReljaNetVladBothVersionsAndEveryStorageForm) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string file : {"relja_mat_v1/net_struct.mat",
                                 "relja_mat_v1/net_struct_uncompressed.mat",
                                 "relja_mat_v1/net_struct_matlablike.mat",
                                 "relja_mat_v1/net_struct_avg1x1.mat",
                                 "relja_mat_v2/net_struct.mat",
                                 "relja_mat_v2/net_struct_matlablike.mat"}) {
    const Stages stages = load(file);
    const std::string folder = file.substr(0, file.find('/') + 1);
    for (const std::string image : kImages) {
      const Image input = pixels(folder + image + "_pixels.npy");
      expect_map(*stages.pooled, input, folder + image + "_conv5_3.npy");
      expect_descriptor(*stages.raw, input, folder + image + "_vlad_raw.npy", 2e-4);
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
        {"vgg_v1_zip.pth.tar", "vgg_v1"},
        {"vgg_v1_legacy_dp.pth.tar", "vgg_v1"},
        {"vgg_v1_zip_dp.pth.tar", "vgg_v1"},
        {"vgg_v2_zip.pth.tar", "vgg_v2"},
        {"vgg_v2_legacy_dp.pth.tar", "vgg_v2"},
        {"alexnet_v1_legacy.pth.tar", "alexnet_v1"},
        {"alexnet_v2_zip_dp.pth.tar", "alexnet_v2"}}) {
    const Stages stages = load("nanne/" + file);
    for (const std::string image : kImages) {
      const Image input = pixels(photo("nanne/", image));
      if (name.ends_with("v1"))
        expect_map(*stages.pooled, input, "nanne/" + name + "_" + image + "_encoder.npy");
      expect_descriptor(*stages.raw, input, "nanne/" + name + "_" + image + "_vlad_raw.npy", 5e-4);
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

/// A patch's descriptor is the whole chain behind the network on the features of a p x p window.
/// The numbers are in float64; the peer's own integral image is less exact.
TEST(GoldenDescriptors, PatchNetVladOfWindows) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("patchnetvlad/netvlad_WPCA56.pth.tar");
  for (const std::string image : {"img0", "img1", "img2_rgb"}) {
    const Features map =
        stages.whole->features(pixels("patchnetvlad/" + image + "_resized_72x104.npy"), 1).value();
    for (const int side : {2, 3}) {
      const NpyArray expected = read_npy(golden() + "patchnetvlad/patch/ref64_psize" +
                                         std::to_string(side) + "_" + image + ".npy")
                                    .value();
      const int64_t patches = expected.shape[1];
      ASSERT_EQ(patches, int64_t{map.height - side + 1} * (map.width - side + 1));
      std::vector<float> found(static_cast<size_t>(stages.whole->dim()));
      double worst = 0;
      for (int64_t patch = 0; patch < patches; ++patch) {
        const int64_t columns = map.width - side + 1;
        const int64_t top = patch / columns, left = patch % columns;
        Features window{
            .values = Matrix(side * side, map.values.cols()), .height = side, .width = side};
        for (int64_t i = 0; i < window.values.rows(); ++i) {
          const auto from = map.values.row((top + i / side) * map.width + left + i % side);
          std::copy(from.begin(), from.end(), window.values.row(i).begin());
        }
        ASSERT_TRUE(stages.whole->pool(window, found).ok());
        for (size_t i = 0; i < found.size(); ++i) {
          worst = std::max(
              worst,
              std::abs(
                  static_cast<double>(found[i]) -
                  expected.values[i * static_cast<size_t>(patches) + static_cast<size_t>(patch)]));
        }
      }
      EXPECT_LE(worst, 1e-4) << image << " " << side;
    }
  }
}

TEST(GoldenDescriptors, PatchNetVladBeforeItsWhitening) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("patchnetvlad/netvlad_train.pth.tar");
  for (const std::string image : {"img0", "img1", "img2_rgb"}) {
    const std::string base = "patchnetvlad/" + image;
    expect_descriptor(
        *stages.whole, pixels(base + "_pixels.npy"), base + "_native_vlad_final.npy", 2e-5);
  }
}

TEST(GoldenDescriptors, OpenIblReleasedAndFromTraining) {
  SKIP_WITHOUT_GOLDEN();
  for (const std::string file :
       {"vgg16_netvlad.pth", "vgg16_netvlad_zip.pth", "model_best.pth.tar"}) {
    const Stages stages = load("openibl/" + file);
    const bool whitened = file != "model_best.pth.tar";
    for (const std::string image : kImages) {
      const std::string base = "openibl/" + image;
      for (const std::string size : {"_native", "_resize"}) {
        const Image input =
            pixels(size == "_native" ? photo("openibl/", image) : base + "_resize_pixels.npy");
        expect_descriptor(*stages.raw, input, base + size + "_vlad_raw.npy", 5e-4);
        expect_descriptor(*stages.pooled, input, base + size + "_vlad_final.npy", 2e-5);
        if (whitened) expect_descriptor(*stages.whole, input, base + size + "_pca.npy", 1e-4);
      }
    }
  }
}

TEST(GoldenDescriptors, OpenIblFromTrainingWithItsPcaFile) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("openibl/model_best.pth.tar", "", "openibl/pca_params_model_best.h5");
  for (const std::string image : kImages) {
    const std::string base = "openibl/" + image;
    expect_descriptor(
        *stages.whole, pixels(photo("openibl/", image)), base + "_native_pca.npy", 1e-4);
    expect_descriptor(
        *stages.whole, pixels(base + "_resize_pixels.npy"), base + "_resize_pca.npy", 1e-4);
  }
}

TEST(GoldenDescriptors, AFileThatIsNoPcaIsRefused) {
  SKIP_WITHOUT_GOLDEN();
  ImportOptions options;
  options.pca = golden() + "openibl/vgg16_netvlad.pth";
  const auto imported = import_model(golden() + "openibl/model_best.pth.tar", options);
  ASSERT_FALSE(imported.ok());
  EXPECT_NE(imported.status().message().find("no array 'U'"), std::string::npos)
      << imported.status().message();
}

TEST(GoldenDescriptors, OpenIblMaximumOfTheMapBeforeItsRelu) {
  SKIP_WITHOUT_GOLDEN();
  const Stages stages = load("openibl/vgg16_netvlad.pth", "max");
  for (const std::string image : kImages) {
    const std::string path = "openibl/" + image + "_native_pool_x.npy";
    const NpyArray expected = read_npy(golden() + path).value();
    double largest = 0;
    for (const double value : expected.values) largest = std::max(largest, std::abs(value));
    expect_descriptor(*stages.raw, pixels(photo("openibl/", image)), path, 1e-4 * largest);
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

TEST(GoldenDescriptors, InputOfATorchvisionNetwork) {
  SKIP_WITHOUT_GOLDEN();
  Preprocessing spec = load("backbones/resnet18.pth", "max").whole->model().spec.preprocessing;
  const NpyArray expected = read_npy(golden() + "preprocess/wide_input_imagenet.npy").value();
  const InputTensor found = preprocess(spec, pixels("preprocess/wide.jpg")).value();
  ASSERT_EQ((std::vector<int64_t>{3, found.height, found.width}), expected.shape);
  const size_t positions = found.values.size() / 3;
  double worst = 0;
  for (size_t i = 0; i < found.values.size(); ++i) {
    const double theirs = expected.values[i % 3 * positions + i / 3];
    worst = std::max(worst, std::abs(theirs - static_cast<double>(found.values[i])));
  }
  EXPECT_LE(worst, 2e-5);
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
