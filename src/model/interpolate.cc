// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/interpolate.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

bool learnt(const std::string& name) {
  return !name.starts_with("calibration.") && !name.starts_with("whitening.");
}

bool same_operators(const Network& a, const Network& b) {
  return std::ranges::equal(a.ops, b.ops, [](const Op& x, const Op& y) {
    return x.type == y.type && x.name == y.name && x.inputs == y.inputs &&
           x.out_channels == y.out_channels;
  });
}

}  // namespace

Result<std::shared_ptr<const Model>> interpolate_models(const Model& a,
                                                        const Model& b,
                                                        double share) {
  if (!(share >= 0 && share <= 1)) {
    return invalid_argument(format("share is %g: it must be between 0 and 1", share));
  }
  if (!same_operators(a.spec.network, b.spec.network) ||
      a.spec.pooling.type != b.spec.pooling.type) {
    return invalid_argument(
        "the two models differ in network or pooling; only a model and one that was trained from "
        "it have a between");
  }
  TensorMap tensors;
  for (const auto& [name, from] : a.tensors) {
    if (!learnt(name)) continue;
    const auto to = b.tensors.find(name);
    if (to == b.tensors.end() || to->second.shape != from.shape) {
      return invalid_argument("tensor '" + name +
                              "' is missing in one of the two models or has another shape there");
    }
    std::vector<float> values = from.to_floats();
    const std::vector<float> others = to->second.to_floats();
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>((1 - share) * static_cast<double>(values[i]) +
                                     share * static_cast<double>(others[i]));
    }
    tensors[name] = make_tensor(from.shape, values);
  }
  ModelSpec spec = a.spec;
  spec.whitening = {};
  return make_model(std::move(spec), std::move(tensors));
}

}  // namespace loci
