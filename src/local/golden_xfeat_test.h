// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/local/keypoints.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace loci {

/// The folder of the recorded numbers of XFeat's published code, "" where it is not there.
inline std::string golden_xfeat() {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  const std::string folder = shared == nullptr ? "" : std::string(shared) + "/golden/xfeat/";
  return !folder.empty() && file_info(folder).ok() ? folder : "";
}

inline Matrix golden_matrix(const std::string& name) {
  const NpyArray array = read_npy(golden_xfeat() + name + ".npy").value();
  Matrix out(array.shape.at(0), array.shape.size() > 1 ? array.shape[1] : 1);
  for (size_t i = 0; i < out.size(); ++i) out.data()[i] = static_cast<float>(array.values[i]);
  return out;
}

/// The maps of an image, one row a cell; in the files a channel follows another.
struct GoldenMaps {
  int64_t height = 0, width = 0;
  Matrix descriptors, logits, reliability;
  explicit GoldenMaps(const std::string& image)
      : descriptors(cells(image + "_features")),
        logits(cells(image + "_keypoint_logits")),
        reliability(cells(image + "_reliability")) {}
  KeypointMaps maps() const {
    return {.descriptors = descriptors,
            .logits = logits,
            .reliability = {reliability.data(), reliability.size()},
            .height = height,
            .width = width};
  }

 private:
  Matrix cells(const std::string& name) {
    const NpyArray array = read_npy(golden_xfeat() + name + ".npy").value();
    const int64_t channels = array.shape.at(0);
    height = array.shape.at(1), width = array.shape.at(2);
    Matrix out(height * width, channels);
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t i = 0; i < out.rows(); ++i)
        out(i, c) = static_cast<float>(array.values[static_cast<size_t>(c * out.rows() + i)]);
    }
    return out;
  }
};

/// What the published code found in an image of width x height.
inline LocatedFeatures golden_features(const std::string& image, int width, int height) {
  LocatedFeatures out{.width = width, .height = height};
  out.features.values = golden_matrix(image + "_descriptors");
  const Matrix at = golden_matrix(image + "_keypoints"), scores = golden_matrix(image + "_scores");
  for (int64_t i = 0; i < at.rows(); ++i) {
    out.keypoints.push_back({.x = at(i, 0), .y = at(i, 1)});
    out.scores.push_back(scores(i, 0));
  }
  return out;
}

}  // namespace loci
