// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace loci {

/// A picture in 1 KiB, to find it again after it was encoded anew, resized or made a little
/// brighter.
struct NearPrint {
  static constexpr int kSide = 32;
  std::array<uint8_t, kSide * kSide> grey{};  ///< area averages
  /// Signs of the differences between neighbours on a 9 x 8 and an 8 x 9 grid.
  std::array<uint64_t, 2> signs{};
  double contrast = 0;  ///< standard deviation of `grey`, levels
  bool usable = false;  ///< false: not decoded, or too little in it to be told from others
};
NearPrint near_print(const Image& image);

/// Correlation of the horizontal and vertical differences of two prints, -1 to 1: brightness and
/// contrast do not matter, and sky above ground alone is no likeness.
double likeness(const NearPrint& a, const NearPrint& b);

/// Calls `found(i, j)`, i < j, for pairs of usable prints that are nearly the same picture: at most
/// 16 of 128 signs differ, and likeness >= 0.95. A pair may be reported more than once.
///
/// Candidates share one of 8 groups of 16 signs, so all pairs with up to 7 different signs are
/// among them. Within a group, sorted by signs, each print is compared with the next 64 only: a
/// thousand frames of one camera cost no more than a thousand others.
///
/// Cost: O(P log P + 512 P) comparisons of two words, 1 us for each pair that passes
void find_near_copies(const std::vector<NearPrint>& prints,
                      const std::function<void(int64_t, int64_t)>& found);

}  // namespace loci
