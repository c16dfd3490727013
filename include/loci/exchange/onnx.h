// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

struct OnnxOptions {
  /// Width of the input, pixels; 0 for any (OpenCV needs a fixed size).
  int width = 0, height = 0;
  /// Images at once; 0 for any number (OpenCV needs a fixed one).
  int batch = 1;
  /// The input is RGB from 0 to 255 and the graph normalises it; else it is normalised already.
  bool pixels = true;
  bool maps = false;

  template <class V>
  void describe(V&& v) {
    v({"width", "width of the input, pixels; 0 for any (OpenCV needs a fixed size)"}, width);
    v({"height", "height of the input, pixels; 0 for any"}, height);
    v({"batch", "images at once; 0 for any number (OpenCV needs a fixed one)"}, batch);
    v({"pixels",
       "the input is RGB from 0 to 255 and the graph normalises it; else it is normalised already"},
      pixels);
    v({"maps",
       "return the network's maps by their names instead of one descriptor (XFeat: features, "
       "keypoint_logits, reliability)"},
      maps);
  }
};

/// What was written.
struct OnnxReport {
  std::string input, output;         ///< names of the graph's input and (first) output
  std::vector<std::string> outputs;  ///< all of them
  int width = 0, height = 0, batch = 0;
  int64_t output_dim = 0;  ///< M; with `maps` the channels of the features
  int64_t nodes = 0, tensors = 0;
  uint64_t bytes = 0;
};

/// Writes a model's network, pooling and whitening as ONNX (opset 13, IR version 7).
///
/// Input `image`: float32 [batch, 3, height, width], RGB from 0 to 255 (`pixels`) or, without, as
/// the network sees it: (pixel * scale - mean) / std in its channel order. The resizing that comes
/// before is the reader's; docs/formats/onnx.md says which. Output `descriptor`: float32
/// [batch, M]; with `maps` instead the maps that the network returns, by their names, float32
/// [batch, channels, height, width], and no pooling. Numbers equal loci's own in float32 to 1e-5,
/// maps to 1e-4 of their largest. The description of the model is in the
/// metadata under `loci`, so that import_model() reads the file back.
///
/// Operators are those that ONNX Runtime and OpenCV's dnn 4.6 agree on. A size or batch that is not
/// fixed is for the former only.
/// Errors: Unsupported for a model without a network (rootsift-vlad), a pooling ONNX has no words
///         for, and files of 2 GiB; InvalidArgument for a size that is too small, and where a head
///         needs a fixed one
Result<OnnxReport> export_onnx(const Model& model,
                               const std::string& path,
                               const OnnxOptions& options = {});

}  // namespace loci
