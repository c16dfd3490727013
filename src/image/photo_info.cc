// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "metadata.h"

#include "loci/base/file.h"

#include <algorithm>

namespace loci {
namespace {

constexpr size_t kFirstBytes = size_t{1} << 17;  // EXIF and XMP mostly lie within them

PhotoInfo info_of(const internal::MetadataBlocks& blocks) {
  PhotoInfo info;
  for (const auto& block : blocks.tiff) internal::read_exif_block(block, &info);
  for (const auto& packet : blocks.xmp) internal::read_xmp_block(packet, &info);
  return info;
}

}  // namespace

PhotoInfo read_photo_info(std::span<const uint8_t> file_bytes) {
  return info_of(internal::find_metadata(file_bytes));
}

PhotoInfo read_photo_info(const std::string& path) {
  for (size_t bytes = kFirstBytes;; bytes *= 8) {
    const auto head = read_file_head(path, bytes);
    if (!head.ok()) return {};
    const internal::MetadataBlocks blocks = internal::find_metadata(*head);
    if (blocks.whole || head->size() < bytes || bytes >= size_t{1} << 30) return info_of(blocks);
  }
}

void read_xmp(std::span<const uint8_t> xml, PhotoInfo* info) {
  internal::read_xmp_block(xml, info);
}

}  // namespace loci
