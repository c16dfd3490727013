// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include "loci/base/text.h"

namespace loci::internal {
namespace {

/// Rows that are no map's positions.
Extent bag(int channels, int64_t rows) { return {channels, 1, static_cast<int>(rows), 0, 0, true}; }

Result<Extent> rows_extent(const Op& op, const Extent& in) {
  const int64_t count = op.count == 0 ? in.rows() - op.row : op.count;
  if (count < 1 || op.row + count > in.rows()) {
    return corrupt(format("operator '%s' takes rows from %d on, and its input has %lld",
                          op.name.c_str(),
                          op.row,
                          static_cast<long long>(in.rows())));
  }
  const int64_t behind = op.row + count - in.tokens - in.positions();
  if (behind < 0 || op.row > in.tokens) return bag(in.channels, count);
  Extent out = in;
  out.tokens -= op.row;
  out.behind = static_cast<int>(behind);
  return out;
}

}  // namespace

Result<Extent> token_extent(const Op& op, const std::vector<Extent>& inputs) {
  Extent out = inputs[0];
  switch (op.type) {
    case OpType::kLinear:
      out.channels = op.out_channels;
      return out;
    case OpType::kSwiGlu:
      out.channels /= 2;
      return out;
    case OpType::kAttention:
      if (inputs.size() == 1) out.channels /= 3;
      if (inputs.size() == 3) out.channels = inputs[2].channels;
      if (inputs.size() == 3 && inputs[1].rows() != inputs[2].rows())
        return corrupt("operator '" + op.name + "' has another number of keys than of values");
      return out;
    case OpType::kTokens:
      if (op.row > out.tokens) {
        return corrupt(
            format("operator '%s' puts tokens before row %d, and only %d come before "
                   "the positions",
                   op.name.c_str(),
                   op.row,
                   out.tokens));
      }
      out.tokens += op.count;
      return out;
    case OpType::kPositions: {
      const int before = op.count - op.table_height * op.table_width;
      if (before == out.tokens) return out;
      return corrupt(format("operator '%s' has positions for %d tokens, and its input has %d",
                            op.name.c_str(),
                            before,
                            out.tokens));
    }
    case OpType::kRows:
      return rows_extent(op, out);
    case OpType::kJoinRows:
      // Positions stay positions, whichever of the two has them.
      if (inputs[1].bag && !inputs[0].bag) {
        out.behind += static_cast<int>(inputs[1].rows());
        return out;
      }
      if (inputs[1].bag) return bag(out.channels, out.rows() + inputs[1].rows());
      out = inputs[1];
      out.tokens += static_cast<int>(inputs[0].rows());
      return out;
    case OpType::kLearnt:
      return bag(op.out_channels, op.count);
    default:
      return out;
  }
}

}  // namespace loci::internal
