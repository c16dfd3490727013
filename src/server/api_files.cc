// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The files of photos, and small pictures of them.
#include "application.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <sys/stat.h>

namespace loci::internal {
namespace {

constexpr uint64_t kMaxPhotoBytes = uint64_t{1} << 30;
constexpr std::array kThumbnailSides = {64, 160, 320, 640, 1280, 2048};
constexpr int kThumbnailQuality = 82;
constexpr size_t kHead = size_t{256} << 10;  // what the header of a photo needs; EXIF has 64 KiB

std::string etag_of(const std::string& path, const FileInfo& info, int side) {
  const std::string text = path + '\n' + std::to_string(info.mtime_ns) + ' ' +
                           std::to_string(info.size) + ' ' + std::to_string(side);
  const auto* data = reinterpret_cast<const uint8_t*>(text.data());
  return "\"" + sha256_hex({data, text.size()}).substr(0, 24) + "\"";
}

std::string mime_of(const std::string& format) {
  if (format == "pnm") return "image/x-portable-anymap";
  return "image/" + format;
}

Response picture(std::string content_type, const std::string& etag) {
  Response response;
  response.content_type = std::move(content_type);
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Cache-Control", "private, max-age=60");
  return response;
}

Response unchanged(const std::string& etag) {
  Response response = picture("", etag);
  response.status = 304;
  return response;
}

Result<std::string> make_thumbnail(const std::string& path,
                                   int side,
                                   int64_t max_pixels,
                                   std::function<bool()> given_up) {
  LOCI_TRY(bytes, read_file(path, kMaxPhotoBytes));
  LOCI_TRY(info, probe_image(bytes, printable(path)));
  const int longer = std::max(info.width, info.height);
  const double scale = std::min(1.0, static_cast<double>(side) / longer);
  const auto scaled = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(length * scale)));
  };
  const int width = scaled(info.width), height = scaled(info.height);
  DecodeOptions options{.wanted_width = width, .wanted_height = height};
  options.max_pixels = static_cast<uint64_t>(max_pixels);
  options.cancelled = std::move(given_up);
  LOCI_TRY(image, decode_image(bytes, printable(path), options));
  if (image.width != width || image.height != height)
    image = resize(image, width, height, Resampling::kArea);
  LOCI_TRY(jpeg, encode_jpeg(image, kThumbnailQuality));
  return std::string(jpeg.begin(), jpeg.end());
}

/// By size and time; of the file that is open, not of what may lie at its path by now.
bool is_as_described(const InputFile& file, const PlaceImage& image) {
  struct stat info {};
  return ::fstat(file.fd(), &info) == 0 &&
         static_cast<uint64_t>(info.st_size) == image.size_bytes &&
         int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec == image.mtime_ns;
}

/// Ends the work on a thumbnail in whatever way, and wakes those who wait for it.
class Making {
 public:
  Making(std::mutex& mutex,
         std::condition_variable& made,
         std::set<std::string>& all,
         std::string tag)
      : mutex_(mutex), made_(made), all_(all), tag_(std::move(tag)) {}
  ~Making() {
    const std::lock_guard lock(mutex_);
    all_.erase(tag_);
    made_.notify_all();
  }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

 private:
  std::mutex& mutex_;
  std::condition_variable& made_;
  std::set<std::string>& all_;
  const std::string tag_;
};

}  // namespace

Status no_longer_a_photo(const Status& status, int64_t id) {
  if (status.code() != Code::kCorrupt) return status;
  return corrupt(
      "the file of photo " + std::to_string(id) +
      " is no picture any more, or a damaged one; put it back, or index its folder again");
}

Response Application::get_file(const Request& request) {
  const auto view = corpus_->view();
  const PlaceImage& image = photo(*view, request.id);
  const FileInfo info = file_info(image.path).value();
  const std::string etag = etag_of(image.path, info, 0);
  if (request.if_none_match == etag) return unchanged(etag);
  auto file = std::make_shared<InputFile>(InputFile::open(image.path).value());
  std::vector<uint8_t> bytes(std::min<uint64_t>(file->size(), kHead));
  bytes.resize(file->read_at(0, bytes).value());
  auto probed = probe_image(bytes, printable(image.path));
  if (!probed.ok() && file->size() > bytes.size()) {  // a TIFF may end with its header
    bytes = read_file(image.path, kMaxPhotoBytes).value();
    probed = probe_image(bytes, printable(image.path));
  }
  if (!probed.ok()) throw Error(no_longer_a_photo(probed.status(), request.id));
  Response response = picture(mime_of(probed->format), etag);
  if (is_as_described(*file, image)) {
    response.file = std::move(file);
    return response;
  }
  // Whatever may lie at this path by now, only a photo leaves the house: one that decodes to its last pixel, and the
  // very bytes that did.
  bytes = read_file(image.path, kMaxPhotoBytes).value();
  DecodeOptions options{.wanted_width = 1, .wanted_height = 1};
  options.max_pixels = static_cast<uint64_t>(options_.max_megapixels) * 1'000'000;
  options.cancelled = given_up(request);
  const auto decoded = decode_image(bytes, printable(image.path), options);
  refuse_if_out_of_memory(decoded.status());
  if (!decoded.ok()) throw Error(no_longer_a_photo(decoded.status(), request.id));
  response.body.assign(bytes.begin(), bytes.end());
  return response;
}

std::shared_ptr<const std::string> Application::thumbnail(const Request& request,
                                                          const std::string& path,
                                                          const std::string& etag,
                                                          int side) {
  {
    std::unique_lock lock(making_mutex_);
    for (;;) {
      if (auto kept = thumbnails_.find(etag)) return kept;
      if (making_.insert(etag).second) break;
      made_.wait_for(lock, std::chrono::milliseconds(100));
      if (given_up(request)())
        throw Refused{failure(Refusal::kBusy, "the thumbnail is being made; try again later")};
    }
  }
  const Making making(making_mutex_, made_, making_, etag);
  auto made =
      make_thumbnail(path, side, int64_t{options_.max_megapixels} * 1'000'000, given_up(request));
  if (made.status().code() == Code::kCancelled)
    throw Refused{failure(Refusal::kBusy, "making the thumbnail took too long; try again later")};
  refuse_if_out_of_memory(made.status());
  if (!made.ok()) throw Error(no_longer_a_photo(made.status(), request.id));
  auto kept = std::make_shared<const std::string>(std::move(made).value());
  thumbnails_.keep(etag, kept, kept->size());
  metrics_.count_thumbnail();
  return kept;
}

Response Application::get_thumbnail(const Request& request) {
  const int64_t asked = int_parameter(request, "size", 32, kThumbnailSides.back(), 320);
  const int side = *std::lower_bound(kThumbnailSides.begin(), kThumbnailSides.end(), asked);
  const auto view = corpus_->view();
  const std::string& path = photo(*view, request.id).path;
  const std::string etag = etag_of(path, file_info(path).value(), side);
  if (request.if_none_match == etag) return unchanged(etag);
  Response response = picture("image/jpeg", etag);
  response.body = *thumbnail(request, path, etag, side);
  return response;
}

}  // namespace loci::internal
