// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_external.h"

#include "loci/exchange/file_tree.h"

#include <memory>
#include <span>
#include <string>

namespace loci {

struct OnnxTensor {
  std::string name;
  FileValue value;  ///< a tensor, or "other" for texts and complex numbers
};

/// A TensorProto. Its numbers are viewed where they lie as they are needed, else copied.
/// Those in another file are what `external` gives. Throws Error: Corrupt where they do not fill the shape; what
/// OnnxExternal::read throws.
OnnxTensor read_onnx_tensor(std::span<const uint8_t> bytes,
                            const std::shared_ptr<const void>& owner,
                            OnnxExternal& external);

}  // namespace loci
