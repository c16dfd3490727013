// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace loci {

/// How much a file may grow when its compressed parts are opened. Weights hardly compress, and text
/// of image lists about twentyfold; what grows more is a bomb.
class InflateBudget {
 public:
  explicit InflateBudget(uint64_t file_bytes) : left_((uint64_t{16} << 20) + 64 * file_bytes) {}
  /// Throws Corrupt when `bytes` more are too many.
  void spend(uint64_t bytes, const std::string& what);

 private:
  uint64_t left_;
};

/// Bytes and what keeps them alive.
struct SharedSpan {
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
};

using SharedBytes = std::shared_ptr<AlignedBuffer<uint8_t>>;

/// Inflates exactly `size` bytes. `raw`: without the zlib header (zip entries). The budget is asked
/// before anything is allocated. Throws Corrupt.
SharedBytes inflate_exactly(std::span<const uint8_t> packed,
                            uint64_t size,
                            bool raw,
                            InflateBudget& budget,
                            const std::string& what);
/// The first `size` bytes of a zlib stream, or fewer where it ends before.
size_t inflate_prefix(std::span<const uint8_t> packed, std::span<uint8_t> out);

}  // namespace loci
