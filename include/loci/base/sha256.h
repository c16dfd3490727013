// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace loci {

/// SHA-256 (FIPS 180-4) of bytes given in pieces.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const uint8_t> bytes);
  void update(const void* data, size_t size) { update({static_cast<const uint8_t*>(data), size}); }
  /// 64 lower-case hexadecimal digits; the object is used up afterwards.
  std::string hex_digest();

 private:
  void block(const uint8_t* bytes);
  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> pending_{};
  uint64_t length_ = 0;
};

std::string sha256_hex(std::span<const uint8_t> bytes);

}  // namespace loci
