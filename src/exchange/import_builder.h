// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guard.h"

#include "loci/exchange/import.h"
#include "loci/model/architectures.h"

#include <set>
#include <string>
#include <vector>

namespace loci {

/// What every importer fills: the model under construction and the account of it. Throws Error.
class ImportBuilder {
 public:
  ImportBuilder(const FileTree& file, const ImportOptions& import_options)
      : tree(file), options(import_options) {}

  const FileTree& tree;
  const ImportOptions& options;
  ModelSpec spec;
  TensorMap tensors;
  ImportReport report;

  /// Puts `value` (as float32) into the model and notes where it came from.
  void use(const std::string& from,
           const FileValue& source,
           const std::string& to,
           const Tensor& value,
           const std::string& note = "");
  void ignore(const std::string& from, const std::string& found, const std::string& why);
  void warn(std::string text) { report.warnings.push_back(std::move(text)); }

  /// NetVLAD's parameters; `bias` may be null (the released layer has none). weight and centers are
  /// K x D.
  void set_netvlad(int64_t num_clusters);
  /// A pooling without learnt parts, or NetVLAD whose clusters are learnt later; the choice is the
  /// options'.
  void set_untrained_pooling(const std::string& usual);
  void set_whitening(int64_t output_dim);
  /// Network of that name at the widths of the tensors already there.
  void set_network(const std::string& architecture_name);

  /// Applies the options, checks shapes and values, and makes the model.
  ImportedModel finish();

 private:
  void override_pooling();
  void crop_whitening();
  void check_values();
  void check_network();
  void check_pooling();
  int feature_dim_ = 0;
};

/// Throws the failure of a Result.
template <class T>
T take(Result<T> result) {
  if (!result.ok()) throw Error(result.status());
  return std::move(result).value();
}

/// As float32, the same shape.
Tensor as_float(const Tensor& tensor);
/// The same numbers under another shape of as many elements.
Tensor reshaped(Tensor tensor, std::vector<int64_t> shape, const std::string& what);
/// "F32 64x512x1x1"
std::string shape_of(const FileValue& value);

}  // namespace loci
