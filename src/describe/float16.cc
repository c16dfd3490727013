// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/float16.h"

#include "loci/math/half.h"

#include <cmath>
#include <vector>

namespace loci {

Result<std::shared_ptr<const Model>> with_float16_weights(const Model& model) {
  constexpr float kLargest = 65504;
  TensorMap tensors;
  for (const auto& [name, tensor] : model.tensors) {
    if (tensor.dtype != DType::kF32 || tensor.shape.size() < 2) {
      tensors[name] = tensor;
      continue;
    }
    const std::span<const float> values = tensor.floats();
    for (const float value : values) {
      if (!(std::fabs(value) <= kLargest)) {
        return invalid_argument("tensor '" + name + "' holds " + std::to_string(value) +
                                ", which float16 does not reach; keep this model in float32");
      }
    }
    std::vector<uint16_t> bits(values.size());
    floats_to_halfs(values.data(), bits.data(), bits.size());
    tensors[name] = make_tensor(tensor.shape, bits, DType::kF16);
  }
  return make_model(model.spec, std::move(tensors));
}

}  // namespace loci
