// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"

#include <string>
#include <vector>

namespace loci {

/// One layer of a MatConvNet "SimpleNN" as MATLAB saved it: a structure with name, type, weights
/// and the fields of its type. All readers throw Error with the layer's path.
class MatconvnetLayer {
 public:
  MatconvnetLayer(const FileValue& layer, size_t index);

  const std::string& name() const { return name_; }
  /// "layers{5} conv2_1"
  const std::string& path() const { return path_; }
  /// "layers{5} conv2_1.weights{1}" for `which` = 0
  std::string tensor_path(size_t which) const;
  const FileValue* find(const char* field) const { return layer_.find(field); }
  /// A field of text, "" where there is none.
  std::string text(const char* field) const;
  /// A field of small whole numbers: one value stands for all `count` of them, `usual` where the
  /// field is missing.
  std::vector<int> integers(const char* field, size_t count, int usual) const;
  size_t num_weights() const;
  const FileValue& weight(size_t which) const;
  /// The weight with four sides, column-major: MATLAB drops trailing sides of one, so that a
  /// 3x3x16x1 array is written as 3x3x16.
  FileValue array(size_t which) const;

 private:
  const FileValue& layer_;
  std::string name_, path_;
};

}  // namespace loci
