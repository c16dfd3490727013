// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "jpeg_scans.h"

#include "loci/base/text.h"

#include <cstring>

namespace loci::internal {
namespace {

// 12 passes over 250 million pixels, or 500 (libjpeg-turbo's own limit) over 6 million. Progressive files of the usual
// encoders have 10.
constexpr int64_t kMostScannedPixels = 3'000'000'000;

bool is_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool is_progressive(uint8_t marker) { return (marker & 3) == 2; }
bool stands_alone(uint8_t marker) { return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

}  // namespace

int64_t count_jpeg_scans(std::span<const uint8_t> bytes) {
  int64_t scans = 0;
  int components = 0;
  bool progressive = false;
  size_t at = 0;
  while (at < bytes.size()) {
    // Entropy-coded bytes and fill bytes are passed over: there 0xFF is followed by 0 or a restart marker.
    const void* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - at);
    if (found == nullptr) break;
    at = static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes.data()) + 1;
    if (at >= bytes.size()) break;
    const uint8_t marker = bytes[at];
    if (marker == 0xFF) continue;
    ++at;
    if (marker == 0xD9) break;
    if (stands_alone(marker)) continue;
    if (at + 2 > bytes.size()) break;
    const size_t length = size_t{bytes[at]} << 8 | bytes[at + 1];
    if (is_frame(marker) && at + 8 <= bytes.size()) {
      components = bytes[at + 7];
      progressive = is_progressive(marker);
    }
    if (marker == 0xDA) {
      ++scans;
      const int in_scan = at + 3 <= bytes.size() ? bytes[at + 2] : 0;
      if (scans == 1 && !progressive && in_scan >= components) return 1;
    }
    at += length;
  }
  return scans;
}

Status check_jpeg_work(std::span<const uint8_t> bytes,
                       std::string_view where,
                       int64_t width,
                       int64_t height) {
  const int64_t pixels = width * height;
  const int64_t scans = count_jpeg_scans(bytes);
  if (scans <= 1 || pixels <= 0 || scans <= kMostScannedPixels / pixels) return {};
  return unsupported(
      printable(where) +
      format(": the JPEG goes over its %lld x %lld pixels %lld times, more than %lld "
             "million in all, which no camera does; save it again in a usual way",
             static_cast<long long>(width),
             static_cast<long long>(height),
             static_cast<long long>(scans),
             static_cast<long long>(kMostScannedPixels / 1'000'000)));
}

}  // namespace loci::internal
