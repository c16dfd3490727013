// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "loci/base/status.h"
#include "loci/image/decode.h"
#include "loci/image/image.h"
#include "loci/model/spec.h"

namespace loci {

/// Height x width x 3 float32, rows contiguous: what a network reads.
struct InputTensor {
  int width = 0, height = 0;
  std::vector<float> values;
};

/// Width and height at which a model looks at an image of `width` x `height`, by its Preprocessing::resize. Sides are
/// rounded half to even as Python's round() does, and are at least 1.
std::pair<int, int> network_size(const Preprocessing& spec, int width, int height);

/// Resizes, orders the channels and normalises: (pixel * scale - mean[c]) / std[c].
/// Errors: Unsupported for an unknown resampling
Result<InputTensor> preprocess(const Preprocessing& spec, const Image& image);

/// Lets the decoder shrink a large JPEG by DCT scaling when the model shrinks it further anyway; models that state exact
/// resampling (resize_as_float) always get the full size.
DecodeOptions decode_options_for(const Preprocessing& spec, int width, int height);

}  // namespace loci
