// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/exchange/file_tree.h"

#include <string>
#include <utility>
#include <vector>

namespace loci {

/// What is in a file of anybody's.
struct InspectReport {
  struct Line {
    std::string name;
    std::string dtype;           ///< "F32"; "text", "integer", ... for what is no tensor
    std::vector<int64_t> shape;  ///< of a tensor
    std::string value;           ///< short, for what is no tensor
  };
  std::string path;
  std::string format;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<Line> lines;
  int64_t num_tensors = 0;
  int64_t num_values = 0;  ///< elements of all tensors

  std::string to_text() const;
  std::string to_json() const;
};

/// Any loci, safetensors, .pth, .mat, .onnx, .npz or .npy file.
/// Errors:  as read_tree
Result<InspectReport> inspect_file(const std::string& path);
InspectReport inspect_tree(const FileTree& tree);

}  // namespace loci
