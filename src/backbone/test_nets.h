// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference_net.h"

#include "loci/backbone/backbone.h"
#include "loci/base/rng.h"
#include "loci/model/architectures.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace loci::internal {

inline std::shared_ptr<const Model> test_model(Network network, uint64_t seed = 1) {
  TensorMap tensors = random_weights(network, 3, seed).value();
  ModelSpec spec;
  spec.name = "test";
  spec.network = std::move(network);
  return make_model(std::move(spec), std::move(tensors));
}

/// batch x height x width x 3 standard normal numbers.
inline std::vector<float> test_images(int batch, int height, int width, uint64_t seed = 7) {
  Rng rng(seed, "image");
  std::vector<float> out(static_cast<size_t>(batch) * height * width * 3);
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

inline ReferenceMap reference_image(const std::vector<float>& images,
                                    int n,
                                    int height,
                                    int width) {
  ReferenceMap map{3, height, width, std::vector<double>(static_cast<size_t>(3) * height * width)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        map.at(c, y, x) = images[((static_cast<size_t>(n) * height + y) * width + x) * 3 + c];
      }
    }
  }
  return map;
}

/// The largest difference divided by the reference's largest magnitude; infinite for another shape.
inline double relative_error(const Features& found, const ReferenceMap& expected) {
  if (found.height != expected.height || found.width != expected.width ||
      found.values.cols() != expected.channels) {
    return HUGE_VAL;
  }
  double worst = 0, peak = 0;
  for (int c = 0; c < expected.channels; ++c) {
    for (int y = 0; y < expected.height; ++y) {
      for (int x = 0; x < expected.width; ++x) {
        const double value = found.values(int64_t{y} * expected.width + x, c);
        if (!std::isfinite(value)) return HUGE_VAL;
        worst = std::max(worst, std::abs(value - expected.at(c, y, x)));
        peak = std::max(peak, std::abs(expected.at(c, y, x)));
      }
    }
  }
  return peak > 0 ? worst / peak : worst;
}

/// Runs a model and returns the worst relative error over the batch against the plain loops.
inline double parity(const std::shared_ptr<const Model>& model,
                     const BackboneOptions& options,
                     int batch,
                     int height,
                     int width) {
  auto backbone = Backbone::create(model, options).value();
  const std::vector<float> images = test_images(batch, height, width);
  const std::vector<Features> found = backbone->run(images.data(), batch, height, width).value();
  double worst = 0;
  for (int n = 0; n < batch; ++n) {
    const auto maps = reference_net(
        model->spec.network, model->tensors, reference_image(images, n, height, width));
    worst = std::max(worst, relative_error(found[static_cast<size_t>(n)], maps.back()));
  }
  return worst;
}

inline Op conv_op(const std::string& name,
                  int out,
                  int kernel,
                  int stride = 1,
                  int pad = 0,
                  int groups = 1,
                  Activation activation = Activation::kRelu) {
  Op op;
  op.name = name;
  op.out_channels = out;
  op.kernel_h = op.kernel_w = kernel;
  op.stride = stride;
  op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = pad;
  op.groups = groups;
  op.activation = activation;
  return op;
}

inline Op plain_op(OpType type, const std::string& name, std::vector<std::string> inputs = {}) {
  Op op;
  op.type = type;
  op.name = name;
  op.inputs = std::move(inputs);
  return op;
}

inline Op pool_op(OpType type,
                  const std::string& name,
                  int kernel,
                  int stride,
                  int pad = 0,
                  bool ceil_mode = false) {
  Op op = plain_op(type, name);
  op.kernel_h = op.kernel_w = kernel;
  op.stride = stride;
  op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = pad;
  op.ceil_mode = ceil_mode;
  return op;
}

}  // namespace loci::internal
