// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace loci {

// An ONNX model as it is written: what of the format is used here, no more.

constexpr int64_t kOnnxOpset = 13;
constexpr int64_t kOnnxIrVersion = 7;

using OnnxAttribute = std::variant<int64_t, float, std::string, std::vector<int64_t>>;

struct OnnxNode {
  std::string op_type, name;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, OnnxAttribute> attributes;
};

/// A side of a tensor: a number, or the name of one that is not fixed.
using OnnxSide = std::variant<int64_t, std::string>;

struct OnnxValue {
  std::string name;
  std::vector<OnnxSide> shape;
};

struct OnnxGraph {
  std::string name, doc;
  std::vector<OnnxNode> nodes;
  TensorMap initializers;  ///< F32 and I64
  OnnxValue input;
  std::vector<OnnxValue> outputs;
  std::map<std::string, std::string> metadata;
};

/// Whole or not at all. Unsupported for more than 2 GiB, the most one ONNX file can hold.
Status write_onnx(const std::string& path, const OnnxGraph& graph);

}  // namespace loci
