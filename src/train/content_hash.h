// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace loci::train {

/// A 64-bit check sum at memory speed, against damage and not against malice. Every step is
/// one-to-one in the word it takes in, so a change within one 8-byte word always changes the sum.
inline uint64_t content_hash(const void* data, size_t size) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  uint64_t lanes[4] = {size, 1, 2, 3};  // four chains, so that the multiplications overlap
  const auto take = [&](uint64_t* lane, uint64_t word) {
    *lane = std::rotl((*lane ^ word) * kOdd, 29);
  };
  const auto* bytes = static_cast<const uint8_t*>(data);
  size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    uint64_t words[4];
    std::memcpy(words, bytes + at, 32);
    for (int i = 0; i < 4; ++i) take(&lanes[i], words[i]);
  }
  for (; at < size; at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + at, size - at < 8 ? size - at : 8);
    take(&lanes[0], word);
  }
  uint64_t hash = 0;
  for (const uint64_t lane : lanes) take(&hash, lane);
  return hash;
}

}  // namespace loci::train
