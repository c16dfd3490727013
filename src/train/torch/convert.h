// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "torch_headers.h"

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <functional>
#include <string>
#include <vector>

namespace loci::train {

/// A tensor that learns, under the name it has in the model.
struct Parameter {
  std::string name;
  at::Tensor value;  ///< a leaf that wants gradients
};

/// Copies; float32 in the model, `type` in the graph.
at::Tensor to_torch(const loci::Tensor& tensor, at::ScalarType type = at::kFloat);
loci::Tensor from_torch(const at::Tensor& tensor);

/// Runs `body` and turns an exception of libtorch into a Status with `where` before its first line:
/// none leaves the module. Memory that ran out is Io with what to make smaller.
Status guarded(const std::string& where, const std::function<Status()>& body);

}  // namespace loci::train
