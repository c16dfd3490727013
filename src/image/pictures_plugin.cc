// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "pictures_plugin.h"

#include "bytes.h"

#include "loci/base/plugin.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci::internal {

std::optional<ForeignFormat> foreign_format(std::span<const uint8_t> bytes) {
  if (has_text(bytes, 0, "\xFF\x0A") || has_text(bytes, 4, "JXL \r\n"))
    return ForeignFormat::kJpegXl;
  if (!has_text(bytes, 4, "ftyp")) return std::nullopt;
  ByteReader in(bytes, true);
  const size_t end = std::min<size_t>({bytes.size(), in.u32(0), 512});
  std::optional<ForeignFormat> found;
  for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {  // 12 is the minor version
    const std::string_view brand(reinterpret_cast<const char*>(bytes.data() + at), 4);
    if (brand == "avif" || brand == "avis") return ForeignFormat::kAvif;
    if (brand.starts_with("hei") || brand.starts_with("hev") || brand == "mif1" || brand == "msf1")
      found = ForeignFormat::kHeic;
  }
  return found;
}

const char* name_of(ForeignFormat format) {
  switch (format) {
    case ForeignFormat::kHeic:
      return "HEIC";
    case ForeignFormat::kAvif:
      return "AVIF";
    case ForeignFormat::kJpegXl:
      return "JPEG XL";
  }
  return "";
}

Result<const PicturesPlugin*> pictures_plugin(ForeignFormat format) {
  const bool jxl = format == ForeignFormat::kJpegXl;
  const std::string library = jxl ? "libjxl (libjxl-dev)" : "libheif (libheif-dev)";
  const std::string remedy = "install the package loci-pictures, or " + library +
                             " and build again, or convert it to JPEG";
  static const Result<void*> kLoaded = load_plugin("pictures", "read such pictures", "");
  const auto* plugin = kLoaded.ok() ? static_cast<const PicturesPlugin*>(*kLoaded) : nullptr;
  if (kLoaded.ok() && (jxl ? plugin->jxl : plugin->heif)) return plugin;
  if (!kLoaded.ok() && kLoaded.status().code() != Code::kUnsupported) return kLoaded.status();
  return unsupported(std::string("is a ") + name_of(format) +
                     " file, which this build does not read; " + remedy);
}

}  // namespace loci::internal
