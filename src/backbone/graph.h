// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace loci::internal {

struct Extent {
  int channels = 0, height = 0, width = 0;
  int tokens = 0;    ///< rows in front of the positions
  int behind = 0;    ///< and after them
  bool bag = false;  ///< height x width rows that are no positions
  int64_t positions() const { return int64_t{height} * width; }
  int64_t rows() const { return positions() + tokens + behind; }
  bool plain() const { return tokens == 0 && behind == 0; }
};

/// One thing to run: an operator, with the operators after it that it does on the way. Values are
/// numbered: 0 is the image, i + 1 what node i makes.
struct Node {
  Op op;  ///< activation and clip range are those of the last operator joined to it; paddings
          ///< resolved
  std::string value_name;   ///< the last operator joined: the name under which ranges of its output
                            ///< are stored
  std::vector<int> inputs;  ///< values read
  /// Conv, linear, upsample: a value of the same shape to be added before the activation; -1: none
  int sum_input = -1;
  /// Linear: the kScale whose numbers multiply its result before the sum; "" for none.
  std::string scale;
  Extent in, out;
  bool head = false;  ///< the features do not need it, only another output does
};

struct Graph {
  std::vector<Node> nodes;
  /// How often each value is read; each of the network's outputs counts once more.
  std::vector<int> uses;
  std::vector<int> outputs;  ///< the values that the network returns, the features first
  bool returns(int value) const { return std::ranges::find(outputs, value) != outputs.end(); }

  Extent extent(int value) const {
    return value == 0 ? image : nodes[static_cast<size_t>(value - 1)].out;
  }
  Extent image;
};

/// Rows of what a token operator makes. `inputs`: the extents of all its inputs.
/// Errors:  Corrupt where they do not fit
Result<Extent> token_extent(const Op& op, const std::vector<Extent>& inputs);

/// Sizes, paddings and joins for one image size: conv + relu or clip, conv + add (+ relu or clip), upsample + add,
/// linear + scale + add.
/// Operators that nothing needs for the outputs asked for are left out. `all_outputs`: else the features alone.
/// Errors: those of validate(); Corrupt for rows that a map does not have; InvalidArgument where a map would become empty
Result<Graph> lower(const Network& network, const Extent& image, bool all_outputs = true);

}  // namespace loci::internal
