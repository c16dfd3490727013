// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace loci {

/// A spec and its weights. Immutable once made; shared between threads.
struct Model {
  ModelSpec spec;
  TensorMap tensors;
  /// sha256 over the spec (without name and record) and all tensors: names the model in collections, caches and reports.
  std::string fingerprint;
};

/// Computes the fingerprint.
std::shared_ptr<const Model> make_model(ModelSpec spec, TensorMap tensors);

/// One .safetensors file (docs/formats/model_file.md); tensors stay mapped. The digest of the tensors that is stored in the
/// file is compared by verify_model(), not here: start-up would otherwise read all of a large file.
Result<std::shared_ptr<const Model>> load_model(const std::string& path);
/// The same from a file's bytes that `owner` keeps alive (null: they outlive the program). `where` names them in errors.
Result<std::shared_ptr<const Model>> parse_model(std::span<const uint8_t> bytes,
                                                 std::shared_ptr<const void> owner,
                                                 const std::string& where);
Status save_model(const Model& model, const std::string& path);
/// Reads every byte and compares the stored digest. Corrupt when it differs.
Status verify_model(const Model& model);

}  // namespace loci
