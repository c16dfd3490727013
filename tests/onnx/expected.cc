// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include "loci/describe/describer.h"
#include "loci/describe/preprocess.h"
#include "loci/image/sketch.h"

#include <cmath>

namespace loci::testing_onnx {

std::vector<Image> images_of(const OnnxCase& c) {
  std::vector<Image> images;
  for (int i = 0; i < c.batch; ++i) {
    images.push_back(sketch_place(7, static_cast<uint64_t>(i), c.width, c.height));
  }
  return images;
}

std::vector<float> input_of(const OnnxCase& c) {
  std::vector<float> out;
  Preprocessing pixels;  // neither scaled nor shifted
  for (const Image& image : images_of(c)) {
    const InputTensor input =
        preprocess(c.options.pixels ? pixels : c.model->spec.preprocessing, image).value();
    const auto positions = static_cast<size_t>(input.width) * static_cast<size_t>(input.height);
    for (size_t channel = 0; channel < 3; ++channel) {
      for (size_t i = 0; i < positions; ++i) out.push_back(input.values[i * 3 + channel]);
    }
  }
  return out;
}

namespace {

std::vector<Expected> expected_maps(const OnnxCase& c) {
  BackboneOptions options;
  options.kernel_cache = "off";
  const auto backbone = Backbone::create(c.model, options).value();
  std::vector<Expected> out(backbone->output_names().size());
  for (const Image& image : images_of(c)) {
    const InputTensor input = preprocess(c.model->spec.preprocessing, image).value();
    const auto maps =
        backbone->run_outputs(input.values.data(), 1, input.height, input.width).value();
    for (size_t k = 0; k < maps.size(); ++k) {
      const Features& map = maps[k][0];
      out[k].shape = {c.batch, map.values.cols(), map.height, map.width};
      for (int64_t d = 0; d < map.values.cols(); ++d) {
        for (int64_t i = 0; i < map.values.rows(); ++i) out[k].values.push_back(map.values(i, d));
      }
    }
  }
  for (Expected& each : out) {
    each.largest = 0;
    for (const float value : each.values)
      each.largest = std::max(each.largest, std::abs(double{value}));
  }
  return out;
}

}  // namespace

std::vector<Expected> expected_of(const OnnxCase& c) {
  if (c.options.maps) return expected_maps(c);
  const auto describer =
      Describer::create(c.model, {.precision = Precision::kFp32, .kernel_cache = "off"}).value();
  const auto dim = static_cast<size_t>(describer->dim());
  std::vector<float> out(dim * static_cast<size_t>(c.batch));
  const std::vector<Image> images = images_of(c);
  for (size_t i = 0; i < images.size(); ++i) {
    const Status status = describer->describe(images[i], std::span(out).subspan(i * dim, dim));
    if (!status.ok()) throw Error(status);
  }
  return {{{c.batch, describer->dim()}, out}};
}

}  // namespace loci::testing_onnx
