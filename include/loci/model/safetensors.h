// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <map>
#include <string>

namespace loci {

/// A safetensors file: 8 bytes little-endian header length, JSON header {name: {dtype, shape, data_offsets}}, raw data.
struct Safetensors {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;  ///< the header's "__metadata__"
};

/// Maps the file; tensors point into it. All or nothing: offsets must tile the data without gap or overlap, sizes must
/// agree with dtype and shape, the header may not exceed 16 MiB.
Result<Safetensors> read_safetensors(const std::string& path);
/// The same from bytes that `owner` keeps alive.
Result<Safetensors> parse_safetensors(std::span<const uint8_t> bytes,
                                      std::shared_ptr<const void> owner,
                                      const std::string& where);
/// Tensors whose size is a multiple of 64 bytes come first and start at such a multiple of the file, so that they can be used
/// where they are mapped; the others follow, aligned to their element size.
Status write_safetensors(const std::string& path, const Safetensors& content);

}  // namespace loci
