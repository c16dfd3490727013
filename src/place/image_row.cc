// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "image_row.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

#include <bit>

namespace loci {

StoredImage read_image(const Statement& s) {
  StoredImage stored;
  PlaceImage& image = stored.image;
  image.id = s.integer(0);
  image.path = s.bytes(1);
  image.size_bytes = static_cast<uint64_t>(s.integer(2));
  image.mtime_ns = s.integer(3);
  image.sha256 = s.bytes(4);
  image.width = static_cast<int>(s.integer(5));
  image.height = static_cast<int>(s.integer(6));
  if (!s.is_null(7) && !s.is_null(8)) image.position = LatLon{.lat = s.real(7), .lon = s.real(8)};
  if (!s.is_null(9)) image.taken = s.integer(9);
  if (!s.is_null(10)) image.heading_deg = s.real(10);
  stored.device = s.integer(11);
  stored.segment = s.integer(12);
  stored.row = s.integer(13);
  return stored;
}

std::string digest_of(const StoredImage& stored) {
  const PlaceImage& i = stored.image;
  const auto real = [](const std::optional<double>& x) {
    return x ? format("%llx", static_cast<unsigned long long>(std::bit_cast<uint64_t>(*x))) : "-";
  };
  std::string text = std::to_string(i.path.size()) + ' ' + i.path + ' ' + i.sha256;
  for (const int64_t x : {static_cast<int64_t>(i.size_bytes),
                          i.mtime_ns,
                          int64_t{i.width},
                          int64_t{i.height},
                          stored.device,
                          stored.segment,
                          stored.row}) {
    text += ' ' + std::to_string(x);
  }
  const auto lat = i.position ? std::optional(i.position->lat) : std::nullopt;
  const auto lon = i.position ? std::optional(i.position->lon) : std::nullopt;
  text += ' ' + real(lat) + ' ' + real(lon) + ' ' + real(i.heading_deg) + ' ' +
          (i.taken ? std::to_string(*i.taken) : "-");
  return sha256_hex({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

void bind_image(Statement& s, const StoredImage& stored) {
  const PlaceImage& image = stored.image;
  s.bind_blob(1, image.path)
      .bind(2, static_cast<int64_t>(image.size_bytes))
      .bind(3, image.mtime_ns);
  s.bind_text(4, image.sha256).bind(5, int64_t{image.width}).bind(6, int64_t{image.height});
  if (image.position) s.bind(7, image.position->lat).bind(8, image.position->lon);
  s.bind(9, image.taken).bind(10, image.heading_deg);
  s.bind(11, stored.device).bind(12, stored.segment).bind(13, stored.row);
  s.bind_text(14, digest_of(stored));
}

}  // namespace loci
