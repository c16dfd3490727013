// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "read_photo.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/describe/load_photo.h"

namespace loci {
namespace {

constexpr uint64_t kMaxFile = uint64_t{1} << 30;  // larger than any photograph

}  // namespace

Status read_photo(const Describer& describer,
                  const std::string& path,
                  bool want_sha256,
                  Photo* photo) {
  LOCI_TRY(bytes, read_file(path, kMaxFile));
  const std::string where = printable(path);
  if (want_sha256) photo->sha256 = sha256_hex(bytes);
  photo->info = read_photo_info(bytes);
  const Result<ImageInfo> size = probe_image(bytes, where);
  DecodeOptions options;
  if (size.ok()) {
    photo->width = size->width;
    photo->height = size->height;
    options = describer.decode_options(size->width, size->height);
  }
  LOCI_TRY(image, decode_image(bytes, where, options));
  if (!size.ok()) {
    photo->width = image.width;
    photo->height = image.height;
  }
  photo->image = std::move(image);
  return {};
}

Result<Image> load_photo(const Describer& describer, const std::string& path) {
  Photo photo;
  LOCI_RETURN_IF_ERROR(read_photo(describer, path, false, &photo));
  return std::move(photo.image);
}

}  // namespace loci
