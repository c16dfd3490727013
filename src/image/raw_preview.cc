// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_preview.h"

#include "bytes.h"

#include "loci/image/file_kind.h"

#include <algorithm>
#include <array>

namespace loci::internal {
namespace {

using Bytes = std::span<const uint8_t>;
using std::string_view_literals::operator""sv;

constexpr int kMostCandidates = 2000;

/// Pixels of the JPEG that begins here and is of a kind for display; 0 for any other.
uint64_t display_pixels(Bytes jpeg) {
  uint64_t pixels = 0;
  bool scan = false;
  const bool whole = walk_jpeg(jpeg, [&](uint8_t marker, Bytes payload) {
    // Lossless frames (SOF3) are the sensor's own data.
    if (marker >= 0xC0 && marker <= 0xC2 && payload.size() >= 6 && payload[0] == 8 &&
        (payload[5] == 1 || payload[5] == 3)) {
      ByteReader in(payload, true);
      pixels = uint64_t{in.u16(3)} * in.u16(1);
    }
    const bool other_frame =
        marker >= 0xC3 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    scan = marker == 0xDA;
    return !other_frame;
  });
  return whole && scan ? pixels : 0;
}

/// Whether the first directory of a TIFF block has a tag.
bool has_tag(Bytes bytes, uint32_t wanted) {
  ByteReader in(bytes, bytes[0] == 'M');
  const uint64_t directory = in.u32(4);
  const uint32_t count = in.u16(directory);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    if (in.u16(directory + 2 + 12 * uint64_t{i}) == wanted) return in.ok();
  }
  return false;
}

}  // namespace

bool is_raw_photo(Bytes bytes, std::string_view name) {
  constexpr std::array kRaw = {"DNG"sv,
                               "NEF"sv,
                               "NRW"sv,
                               "ARW"sv,
                               "SR2"sv,
                               "PEF"sv,
                               "SRW"sv,
                               "3FR"sv,
                               "IIQ"sv,
                               "ERF"sv,
                               "KDC"sv,
                               "MOS"sv,
                               "RWL"sv,
                               "CR2"sv,
                               "CR3"sv,
                               "RAF"sv,
                               "ORF"sv,
                               "RW2"sv,
                               "X3F"sv};
  constexpr uint32_t kDngVersion = 0xC612;
  const size_t slash = name.rfind('/');
  const FileKind kind = file_kind(bytes.first(std::min(bytes.size(), kKindHead)),
                                  slash == std::string_view::npos ? name : name.substr(slash + 1));
  if (std::ranges::find(kRaw, kind.name) != kRaw.end()) return true;
  return kind.name == "TIFF" && has_tag(bytes, kDngVersion);
}

std::optional<Bytes> largest_preview(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::optional<Bytes> best;
  uint64_t most = 0;
  int candidates = 0;
  for (size_t at = text.find("\xFF\xD8\xFF"sv);
       at != std::string_view::npos && candidates < kMostCandidates;
       at = text.find("\xFF\xD8\xFF"sv, at + 3), ++candidates) {
    const uint64_t pixels = display_pixels(bytes.subspan(at));
    if (pixels <= most) continue;
    most = pixels;
    best = bytes.subspan(at);
  }
  return best;
}

}  // namespace loci::internal
