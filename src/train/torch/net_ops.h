// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "torch_headers.h"

#include "loci/model/spec.h"

#include <vector>

namespace loci::train {

/// One operator of a network on maps [B, C, H, W], with the meaning that model/spec.h gives it and
/// the sizes that `backbone` makes: paddings that differ by side, TensorFlow's SAME, pools that
/// round up. `weight` and `bias` are undefined where the operator has none. With `half` the
/// convolution multiplies in bfloat16 and its result stays so.
at::Tensor run_op(const Op& op,
                  const std::vector<at::Tensor>& inputs,
                  const at::Tensor& weight,
                  const at::Tensor& bias,
                  bool half);

/// The operator's activation, in place where it can be.
at::Tensor activated(const Op& op, at::Tensor x);

}  // namespace loci::train
