// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// The folder of the recorded numbers, "" where it is not there.
inline std::string golden() {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  const std::string folder = shared == nullptr ? "" : std::string(shared) + "/golden/";
  return !folder.empty() && file_info(folder).ok() ? folder : "";
}

/// A published model in the stages that the cases give numbers for, looking at images at their
/// native size.
struct Stages {
  /// Before the normalisations, before whitening, all.
  std::unique_ptr<Describer> raw, pooled, whole;
};

inline Stages load(const std::string& path,
                   const std::string& pooling = "",
                   const std::string& pca = "") {
  ImportOptions options;
  options.pooling = pooling;
  if (!pca.empty()) options.pca = golden() + pca;
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
  spec.pooling.intra_norm = spec.pooling.final_norm = false;
  stages.raw = Describer::create(make_model(spec, tensors), describe).value();
  return stages;
}

inline Image pixels(const std::string& path) {
  if (!path.ends_with(".npy")) return load_image(golden() + path).value();
  const NpyArray array = read_npy(golden() + path).value();
  Image image(static_cast<int>(array.shape[1]), static_cast<int>(array.shape[0]));
  for (size_t i = 0; i < array.values.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(array.values[i]);
  return image;
}

/// The feature map against [D, h, w] of the peer, relative to its largest value.
inline void expect_map(const Describer& describer, const Image& image, const std::string& path) {
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

inline void expect_descriptor(const Describer& describer,
                              const Image& image,
                              const std::string& path,
                              double tolerance,
                              int64_t row = 0) {
  const NpyArray expected = read_npy(golden() + path).value();
  std::vector<float> found(static_cast<size_t>(describer.dim()));
  ASSERT_TRUE(describer.describe(image, found).ok());
  ASSERT_EQ(expected.values.size() % found.size(), 0u) << path;
  ASSERT_GE(expected.values.size(), (static_cast<size_t>(row) + 1) * found.size()) << path;
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

inline constexpr const char* kImages[] = {"img0", "img1", "img2"};

inline std::string photo(const std::string& folder, const std::string& image) {
  return folder + image + (image == "img1" ? ".png" : ".jpg");
}

}  // namespace loci
