// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/file_tree.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace loci {

/// A node of a graph that was read, with its attributes by name.
struct OnnxNodeView {
  std::string type, name;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, const FileValue*> attributes;

  /// "MaxPool 'pool1'", for messages.
  std::string words() const;
  bool has(const std::string& attribute) const { return attributes.contains(attribute); }
  int64_t integer(const std::string& attribute, int64_t otherwise) const;
  double real(const std::string& attribute, double otherwise) const;
  std::string text(const std::string& attribute) const;
  std::vector<int64_t> integers(const std::string& attribute) const;
};

/// A graph that was read, ready to be looked at. Points into the tree.
struct OnnxView {
  int64_t opset = 0;
  std::vector<OnnxNodeView> nodes;  ///< without Identity, Dropout and Constant, which are resolved
  std::map<std::string, const FileValue*> constants;  ///< initializers and Constant nodes
  std::string input;                                  ///< the one input that is no constant
  std::vector<int64_t> input_shape;                   ///< -1 where a side is not fixed
  std::string output;                                 ///< the first
  std::map<std::string, size_t> producer;             ///< node that makes a value
  std::map<std::string, int> uses;                    ///< readers of a value

  bool is_constant(const std::string& value) const { return constants.contains(value); }
  /// A constant's numbers as float, or nothing.
  std::vector<float> floats(const std::string& value) const;
  std::vector<int64_t> integers(const std::string& value) const;
  const OnnxNodeView* maker(const std::string& value) const;
};

/// Throws Error: Corrupt for a graph whose nodes do not follow each other or read what nobody
/// makes; Unsupported for more than one input. With `last` only what that node or value needs is
/// kept and it is the output.
OnnxView view_onnx(const FileTree& tree, const std::string& last);

}  // namespace loci
