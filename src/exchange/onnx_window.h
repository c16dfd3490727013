// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/spec.h"

#include <algorithm>
#include <cstdint>

namespace loci {

/// One side of what a window operator makes.
struct OnnxWindow {
  int64_t size;           ///< 0 or less: nothing
  int64_t before, after;  ///< padding, such that whole windows fill it
};

/// Output length of a window over `size` pixels by the words of Op, rounding up by padding behind:
/// readers differ in what ceil_mode and SAME mean.
inline OnnxWindow onnx_window(
    int64_t size, int kernel, const Op& op, int64_t before, int64_t after) {
  const int64_t reach = int64_t{kernel - 1} * op.dilation + 1, stride = op.stride;
  if (op.pad_same) {
    const int64_t out = (size + stride - 1) / stride;
    const int64_t total = std::max<int64_t>((out - 1) * stride + reach - size, 0);
    return {out, total / 2, total - total / 2};
  }
  const int64_t room = size + before + after - reach;
  if (room < 0) return {0, before, after};
  if (!op.ceil_mode || op.type == OpType::kConv) return {room / stride + 1, before, after};
  int64_t out = (room + stride - 1) / stride + 1;
  if ((out - 1) * stride >= size + before) --out;
  return {out, before, std::max(after, (out - 1) * stride + reach - size - before)};
}

}  // namespace loci
