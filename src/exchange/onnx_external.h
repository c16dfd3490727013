// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace loci {

/// A part of a file beside an ONNX model, as a tensor's external_data names it.
struct ExternalPart {
  std::string location;
  uint64_t offset = 0;
  uint64_t length = 0;  ///< 0: as many bytes as the tensor needs
};

/// Reads tensors that lie in files of their own. A location is a path below the model's folder, and must be so in fact:
/// ".." and links that lead out of the folder are refused. Each file is mapped once.
class OnnxExternal {
 public:
  /// Without a folder (a model that is no file) every part is refused.
  explicit OnnxExternal(std::string folder = "", bool known = false)
      : folder_(std::move(folder)), known_(known) {}
  struct Found {
    std::span<const uint8_t> bytes;
    std::shared_ptr<const void> owner;
  };
  /// `needed` bytes of a part. Throws Error: Unsupported for a place that is not allowed, NotFound for a file that is
  /// missing, Corrupt for bytes that are not there or are not as many as the tensor needs.
  Found read(const ExternalPart& part, uint64_t needed, const std::string& tensor);

 private:
  std::string folder_;
  bool known_;
  std::map<std::string, Found> files_;
};

}  // namespace loci
