// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_external.h"

#include "loci/exchange/file_tree.h"

#include <map>
#include <memory>
#include <span>
#include <string>

namespace loci {

/// By its first bytes; ONNX files have no signature, but begin with their version.
bool is_onnx(std::span<const uint8_t> bytes);

/// An ONNX model as a tree:
///
///   opset            integer, of the default domain
///   inputs, outputs  list of {name, shape: list of integers and, where a side is not fixed, texts}
///   nodes            list of {op_type, name, domain, inputs, outputs, attributes: dict}
///   initializers     dict of tensors
///
/// Subgraphs (If, Loop) are "other". Weights in other files are read by `external`. Throws Error: Corrupt; what
/// OnnxExternal::read throws.
FileValue read_onnx(std::span<const uint8_t> bytes,
                    const std::shared_ptr<const void>& owner,
                    std::map<std::string, std::string>* metadata,
                    OnnxExternal external);

}  // namespace loci
