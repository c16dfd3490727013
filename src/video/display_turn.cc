// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "display_turn.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace loci::internal {
namespace {

using Bytes = std::span<const uint8_t>;

uint64_t big_endian(Bytes bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i)
    value = value << 8 | (at + i < bytes.size() ? bytes[at + i] : uint8_t{0});
  return value;
}

/// Calls `visit(type, content)` for each box until it returns false.
template <class Visit>
void walk_boxes(Bytes bytes, Visit visit) {
  for (size_t at = 0; bytes.size() - at >= 8;) {
    uint64_t size = big_endian(bytes, at, 4), head = 8;
    if (size == 1) {
      size = big_endian(bytes, at + 8, 8);
      head = 16;
    }
    const uint64_t left = bytes.size() - at;
    if (size == 0) size = left;  // up to the end
    if (size < head || size > left) return;
    const std::string_view type(reinterpret_cast<const char*>(bytes.data() + at + 4), 4);
    if (!visit(type, bytes.subspan(at + head, size - head))) return;
    at += size;
  }
}

/// Of a track's header, where it has a width: of a video.
std::optional<int> orientation_of(Bytes header) {
  const size_t matrix = big_endian(header, 0, 1) == 1 ? 52 : 40;
  if (header.size() < matrix + 44 || big_endian(header, matrix + 36, 4) == 0) return std::nullopt;
  std::array<int, 4> m{};
  constexpr std::array<size_t, 4> kAt{0, 4, 12, 16};  // a, b, c, d
  for (size_t i = 0; i < 4; ++i) {
    const auto fixed = static_cast<int32_t>(big_endian(header, matrix + kAt[i], 4));
    m[i] = fixed > 32768 ? 1 : fixed < -32768 ? -1 : 0;
  }
  if (m == std::array{1, 0, 0, 1}) return 1;
  if (m == std::array{0, 1, -1, 0}) return 6;
  if (m == std::array{-1, 0, 0, -1}) return 3;
  if (m == std::array{0, -1, 1, 0}) return 8;
  return std::nullopt;
}

}  // namespace

std::optional<int> display_orientation(Bytes file) {
  std::optional<int> found;
  walk_boxes(file, [&](std::string_view type, Bytes movie) {
    if (type != "moov") return true;
    walk_boxes(movie, [&](std::string_view part, Bytes track) {
      if (part != "trak") return true;
      walk_boxes(track, [&](std::string_view name, Bytes header) {
        if (name != "tkhd") return true;
        found = orientation_of(header);
        return false;
      });
      return !found.has_value();
    });
    return false;
  });
  return found;
}

}  // namespace loci::internal
