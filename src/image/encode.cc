// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/encode.h"

#include "exif_write.h"

#include "loci/base/check.h"
#include "loci/base/file.h"
#include "loci/image/frame_file.h"

#include <algorithm>
#include <memory>

#include <turbojpeg.h>

namespace loci {
namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};
struct Free {
  void operator()(unsigned char* memory) const { tjFree(memory); }
};

/// EXIF goes behind the JFIF segment, which readers expect first.
void insert_exif(std::vector<uint8_t>& jpeg, const std::vector<uint8_t>& exif) {
  const size_t length = exif.size() + 2;
  std::vector<uint8_t> segment = {
      0xFF, 0xE1, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length & 0xFF)};
  segment.insert(segment.end(), exif.begin(), exif.end());
  size_t at = 2;
  if (jpeg.size() > 6 && jpeg[2] == 0xFF && jpeg[3] == 0xE0) {
    at = std::min<size_t>(jpeg.size(), 4 + (size_t{jpeg[4]} << 8 | jpeg[5]));
  }
  jpeg.insert(jpeg.begin() + static_cast<std::ptrdiff_t>(at), segment.begin(), segment.end());
}

}  // namespace

Result<std::vector<uint8_t>> encode_jpeg(ImageView image, int quality, const PhotoInfo* photo) {
  LOCI_REQUIRE(!image.empty(), "an image to encode has pixels");
  if (quality < 1 || quality > 100) {
    return invalid_argument("JPEG quality is " + std::to_string(quality) + "; expected 1 to 100");
  }
  if (image.width > 65500 || image.height > 65500) {
    return unsupported("a JPEG has at most 65500 pixels a side; the image has " +
                       std::to_string(image.width) + " x " + std::to_string(image.height));
  }
  const std::unique_ptr<void, Destroy> handle(tjInitCompress());
  if (!handle)
    return unsupported("the JPEG encoder cannot be started: " + std::string(tjGetErrorStr()));
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const int status = tjCompress2(handle.get(),
                                 image.first,
                                 image.width,
                                 static_cast<int>(image.stride),
                                 image.height,
                                 TJPF_RGB,
                                 &buffer,
                                 &size,
                                 quality < 90 ? TJSAMP_420 : TJSAMP_444,
                                 quality,
                                 0);
  const std::unique_ptr<unsigned char, Free> memory(buffer);
  if (status != 0) {
    return unsupported("the JPEG encoder failed: " + std::string(tjGetErrorStr2(handle.get())));
  }
  std::vector<uint8_t> out(buffer, buffer + size);
  if (photo != nullptr) insert_exif(out, make_exif(*photo));
  return out;
}

Status save_jpeg(const std::string& path, ImageView image, int quality, const PhotoInfo* photo) {
  LOCI_TRY(bytes, encode_jpeg(image, quality, photo));
  return write_file(path, bytes);
}

Status save_frame(const std::string& path,
                  ImageView image,
                  int quality,
                  const PhotoInfo& photo,
                  std::optional<double> focal_35mm) {
  LOCI_TRY(bytes, encode_jpeg(image, quality));
  insert_exif(bytes, internal::make_exif(photo, focal_35mm));
  return write_file(path, bytes);
}

}  // namespace loci
