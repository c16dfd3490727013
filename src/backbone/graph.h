// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"

#include <string>
#include <vector>

namespace loci::internal {

struct Extent {
  int channels = 0, height = 0, width = 0;
};

/// One thing to run: an operator, with the operators after it that it does on the way. Values are
/// numbered: 0 is the image, i + 1 what node i makes.
struct Node {
  Op op;  ///< activation and clip range are those of the last operator joined to it; paddings
          ///< resolved
  std::string value_name;   ///< the last operator joined: the name under which ranges of its output
                            ///< are stored
  std::vector<int> inputs;  ///< values read
  int sum_input = -1;       ///< conv: a value of the same shape to be added before the activation
  Extent in, out;
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<int> uses;  ///< how often each value is read; the network's output counts once more
  int output = 0;         ///< the value that the network returns

  Extent extent(int value) const {
    return value == 0 ? image : nodes[static_cast<size_t>(value - 1)].out;
  }
  Extent image;
};

/// Sizes, paddings and joins for one image size: conv + relu or clip, conv + add (+ relu or clip).
/// Errors: those of validate(); InvalidArgument where a map would become empty
Result<Graph> lower(const Network& network, const Extent& image);

}  // namespace loci::internal
