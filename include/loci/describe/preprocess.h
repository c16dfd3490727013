// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/decode.h"
#include "loci/image/image.h"
#include "loci/model/spec.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace loci {

/// Height x width x 3 float32, rows contiguous: what a network reads.
struct InputTensor {
  int width = 0, height = 0;
  std::vector<float> values;
};

/// Width and height at which a model looks at an image of `width` x `height`, by its
/// Preprocessing::resize and side_multiple. Sides are rounded half to even as Python's round() does, and are at
/// least 1.
std::pair<int, int> network_size(const Preprocessing& spec, int width, int height);

/// Resizes, orders the channels and normalises: (pixel * scale - mean[c]) / std[c].
/// Errors: Unsupported for an unknown resampling
Result<InputTensor> preprocess(const Preprocessing& spec, ImageView image);

/// Lets the decoder shrink a large JPEG by DCT scaling when the model shrinks it further anyway;
/// models that state exact resampling (resize_as_float) always get the full size.
DecodeOptions decode_options_for(const Preprocessing& spec, int width, int height);

/// Decodes a file's bytes with decode_options_for() its size. `where` names it in errors.
Result<Image> decode_for(const Preprocessing& spec,
                         std::span<const uint8_t> bytes,
                         const std::string& where);

/// Reads, decodes and preprocesses the photograph in a file.
Result<InputTensor> load_input(const Preprocessing& spec, const std::string& path);

}  // namespace loci
