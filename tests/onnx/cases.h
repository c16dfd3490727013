// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/onnx.h"
#include "loci/image/image.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loci::testing_onnx {

/// A model with random weights and how it is exported.
struct OnnxCase {
  std::string name;
  std::shared_ptr<const Model> model;
  OnnxOptions options;          ///< width, height, batch 0 where the reader finds them out
  int width = 96, height = 72;  ///< of the images
  int batch = 1;
  bool for_opencv = true;  ///< false: any size or batch, or operators OpenCV 4.6 lacks
};

/// Every architecture with NetVLAD and whitening, then one of each pooling, option and operator, and
/// networks that return their maps.
std::vector<OnnxCase> onnx_cases();

/// The images of a case, drawn.
std::vector<Image> images_of(const OnnxCase& onnx_case);
/// What the exported graph is given: [batch, 3, height, width].
std::vector<float> input_of(const OnnxCase& onnx_case);
/// What loci itself computes in float32 for one of the graph's outputs.
struct Expected {
  std::vector<int64_t> shape;  ///< [batch, M], or of a map [batch, channels, height, width]
  std::vector<float> values;
  double largest = 1;  ///< what differences are relative to: 1, or a map's largest magnitude
};
/// In the order of the outputs. Throws Error.
std::vector<Expected> expected_of(const OnnxCase& onnx_case);

}  // namespace loci::testing_onnx
