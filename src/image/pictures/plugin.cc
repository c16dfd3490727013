// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

#include "decoders.h"

namespace {

using loci::internal::ForeignFormat;

#if LOCI_HAVE_HEIF
constexpr bool kHeif = true;
#else
constexpr bool kHeif = false;
#endif
#if LOCI_HAVE_JXL
constexpr bool kJxl = true;
#else
constexpr bool kJxl = false;
#endif

loci::internal::PicturesPlugin plugin{
    .heif = kHeif,
    .jxl = kJxl,
    .size =
        [](ForeignFormat format, std::span<const uint8_t> bytes, std::string_view where) {
          return format == ForeignFormat::kJpegXl ? loci::internal::jxl_size(bytes, where)
                                                  : loci::internal::heif_size(bytes, where);
        },
    .decode =
        [](ForeignFormat format,
           std::span<const uint8_t> bytes,
           std::string_view where,
           uint64_t max_pixels) {
          return format == ForeignFormat::kJpegXl
                     ? loci::internal::decode_jxl(bytes, where, max_pixels)
                     : loci::internal::decode_heif(bytes, where, max_pixels);
        }};

}  // namespace

LOCI_PLUGIN(&plugin);
