// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Photos of the collection: what is known of them, their files, adding and removing.
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
#include <filesystem>
#include <limits>
#include <tuple>
#include <unistd.h>

namespace loci::internal {
namespace {

constexpr int64_t kMostId = std::numeric_limits<int64_t>::max();
constexpr uint64_t kMaxPhotoBytes = uint64_t{1} << 30;
constexpr std::array kThumbnailSides = {64, 160, 320, 640, 1280, 2048};
constexpr int kThumbnailQuality = 82;
constexpr double kWaitForOthersS = 5;

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

Result<std::string> make_thumbnail(const std::string& path, int side, int64_t max_pixels) {
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
  LOCI_TRY(image, decode_image(bytes, printable(path), options));
  if (image.width != width || image.height != height)
    image = resize(image, width, height, Resampling::kArea);
  LOCI_TRY(jpeg, encode_jpeg(image, kThumbnailQuality));
  return std::string(jpeg.begin(), jpeg.end());
}

/// A name for an uploaded photo: what was asked for, cleaned, with an extension that tells the
/// format. Never a path, and never a hidden file.
std::string clean_name(const std::string& asked, const std::string& format) {
  constexpr std::string_view kKept = "-_.@+, ";
  std::string name = asked.substr(asked.find_last_of("/\\") + 1);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && kKept.find(c) == std::string_view::npos) c = '_';
  }
  while (!name.empty() && (name.front() == '.' || name.front() == ' ')) name.erase(0, 1);
  if (name.empty()) name = "photo";
  if (!ends_with_any(to_lower(name), image_extensions()))
    name += format == "jpeg" ? ".jpg" : "." + format;
  return name;
}

}  // namespace

Status no_longer_a_photo(const Status& status, int64_t id) {
  if (status.code() != Code::kCorrupt) return status;
  return corrupt(
      "the file of photo " + std::to_string(id) +
      " is no picture any more, or a damaged one; put it back, or index its folder again");
}

const PlaceImage& Application::photo(const View& view, int64_t id) const {
  const PlaceImage* found = view.find(id);
  if (found == nullptr) throw Error(not_found("no photo has the number " + std::to_string(id)));
  return *found;
}

Response Application::list_images(const Request& request) {
  const int64_t after = int_parameter(request, "after", 0, kMostId, 0);
  const int64_t limit = int_parameter(request, "limit", 1, 1000, 100);
  const auto view = corpus_->view();
  const auto places = places_of(*view);
  const auto& images = view->images;
  auto at = std::upper_bound(
      images.begin(), images.end(), after, [](int64_t id, const PlaceImage& image) {
        return id < image.id;
      });
  JsonWriter json;
  json.object().member("total", images.size()).key("images").array();
  int64_t written = 0, last = 0;
  for (; at != images.end() && written < limit; ++at, ++written) {
    json.object();
    photo_members(json, *at, *places);
    json.end();
    last = at->id;
  }
  json.end().key("next_after");
  at == images.end() ? json.null() : json.value(last);
  return json_response(json.end().str());
}

Response Application::get_image(const Request& request) {
  const auto view = corpus_->view();
  JsonWriter json;
  json.object();
  photo_members(json, photo(*view, request.id), *places_of(*view));
  return json_response(json.end().str());
}

Response Application::get_file(const Request& request) {
  const auto view = corpus_->view();
  const std::string& path = photo(*view, request.id).path;
  const FileInfo info = file_info(path).value();
  const std::string etag = etag_of(path, info, 0);
  if (request.if_none_match == etag) return unchanged(etag);
  // Whatever may lie at this path by now, only a photo leaves the house.
  const MappedFile mapped = MappedFile::open(path).value();
  const auto image = probe_image(mapped.bytes(), printable(path));
  if (!image.ok()) throw Error(no_longer_a_photo(image.status(), request.id));
  Response response = picture(mime_of(image->format), etag);
  response.file = path;
  return response;
}

Response Application::get_thumbnail(const Request& request) {
  const int64_t asked = int_parameter(request, "size", 32, kThumbnailSides.back(), 320);
  const int side = *std::lower_bound(kThumbnailSides.begin(), kThumbnailSides.end(), asked);
  const auto view = corpus_->view();
  const std::string& path = photo(*view, request.id).path;
  const std::string etag = etag_of(path, file_info(path).value(), side);
  if (request.if_none_match == etag) return unchanged(etag);
  Response response = picture("image/jpeg", etag);
  if (const auto kept = thumbnails_.find(etag)) {
    response.body = *kept;
    return response;
  }
  auto made = make_thumbnail(path, side, int64_t{options_.max_megapixels} * 1'000'000);
  if (!made.ok()) throw Error(no_longer_a_photo(made.status(), request.id));
  response.body = std::move(made).value();
  thumbnails_.keep(etag, std::make_shared<const std::string>(response.body), response.body.size());
  return response;
}

Response Application::image_place(const Request& request) {
  const double radius_m = number_parameter(request, "radius_m", 0, 1000, 25);
  const auto view = corpus_->view();
  const PlaceImage& image = photo(*view, request.id);
  const auto places = places_of(*view);
  const auto own = places->find(image.id);
  struct Seen {
    const PlaceImage* image;
    std::optional<double> metres;
  };
  std::vector<Seen> seen;
  bool by_look = false, by_position = false;
  for (const PlaceImage& other : view->images) {
    const auto group = places->find(other.id);
    const bool alike =
        own != places->end() && group != places->end() && own->second == group->second;
    std::optional<double> metres;
    if (image.position && other.position) metres = distance_m(*image.position, *other.position);
    const bool near = radius_m > 0 && metres && *metres <= radius_m;
    if (&other != &image && !alike && !near) continue;
    if (&other != &image) {
      by_look |= alike;
      by_position |= near;
    }
    seen.push_back({&other, metres});
  }
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    const auto key = [](const Seen& s) {
      return std::make_tuple(!s.image->taken.has_value(), s.image->taken.value_or(0), s.image->id);
    };
    return key(a) < key(b);
  });
  const char* basis = by_look && by_position ? "both"
                      : by_look              ? "appearance"
                      : by_position          ? "position"
                                             : "none";
  const std::vector<float> descriptor = view->engine->db->descriptor(image.id).value();
  JsonWriter json;
  json.object().member("id", image.id).member("basis", basis).key("images").array();
  for (const Seen& s : seen) {
    const auto other = view->engine->db->descriptor(s.image->id);
    if (!other.ok()) continue;  // removed a moment ago
    double score = 0;
    for (size_t i = 0; i < descriptor.size(); ++i)
      score += static_cast<double>(descriptor[i]) * static_cast<double>((*other)[i]);
    json.object();
    photo_members(json, *s.image, *places);
    json.key("distance_m");
    s.metres ? json.value(*s.metres) : json.null();
    json.member("score", score).end();
  }
  return json_response(json.end().end().str());
}

Response Application::add_image(const Request& request) {
  const std::string bytes_where = "the photo";
  const std::span<const uint8_t> data(reinterpret_cast<const uint8_t*>(request.body.data()),
                                      request.body.size());
  const auto name_at = request.query.find("name");
  if (name_at != request.query.end() && name_at->second.size() > 200)
    throw Error(invalid_argument("parameter 'name' has more than 200 letters"));
  const ImageInfo info = probe_image(data, bytes_where).value();
  if (static_cast<double>(info.width) * info.height > options_.max_megapixels * 1e6) {
    throw Refused{
        failure(Refusal::kTooLarge,
                format("the photo has %d x %d pixels; this server takes %d million at most",
                       info.width,
                       info.height,
                       options_.max_megapixels))};
  }
  // The name begins with the content's digest: the same bytes come to the same file.
  const std::string digest = sha256_hex(data);
  const std::string folder = std::filesystem::absolute(uploads_).lexically_normal().string();
  const auto known = [&]() -> const PlaceImage* {
    for (const PlaceImage& image : corpus_->view()->images) {
      if (image.sha256 == digest && image.path.starts_with(folder + "/")) return &image;
    }
    return nullptr;
  };
  const auto answer = [](int64_t id, const std::string& path, const char* state, int status) {
    JsonWriter json;
    json.object().member("id", id).member("image", path).member("state", state).end();
    return json_response(json.str(), status);
  };
  const auto before = corpus_->view();
  if (const PlaceImage* image = known()) return answer(image->id, image->path, "unchanged", 200);
  const std::string asked = name_at == request.query.end() ? "" : name_at->second;
  const std::string path =
      folder + "/" + digest.substr(0, 12) + "_" + clean_name(asked, info.format);
  if (const Status made = make_folders(folder); !made.ok()) throw Error(made);
  if (const Status written = write_file(path, data); !written.ok()) throw Error(written);
  const auto engine = before->engine;
  auto report = engine->db->update(
      {path}, {.num_threads = 1, .max_wait_s = kWaitForOthersS}, {.cancel = &cancel_});
  const bool failed = report.ok() && !report->failed.empty();
  if (!report.ok() || failed || report->interrupted) {
    ::unlink(path.c_str());
    if (!report.ok() && report.status().code() == Code::kIo)
      throw Refused{failure(Refusal::kBusy, report.status().message())};
    throw Error(failed        ? report->failed.front().error
                : report.ok() ? cancelled("the server is stopping")
                              : report.status());
  }
  if (const Status loaded = corpus_->reload(); !loaded.ok()) throw Error(loaded);
  const auto view = corpus_->view();
  for (const PlaceImage& image : view->images) {
    if (image.path == path) return answer(image.id, path, "added", 201);
  }
  throw Error(io_error("the photo was stored and then removed by another program"));
}

Response Application::remove_image(const Request& request) {
  const auto view = corpus_->view();
  const PlaceImage image = photo(*view, request.id);
  const auto forgotten = view->engine->db->remove({image.path}, kWaitForOthersS);
  if (forgotten.status().code() == Code::kIo)
    throw Refused{failure(Refusal::kBusy, forgotten.status().message())};
  const int64_t removed = forgotten.value();
  if (const Status loaded = corpus_->reload(); !loaded.ok()) throw Error(loaded);
  if (removed == 0)
    throw Error(not_found("photo " + std::to_string(image.id) + " is gone already"));
  const std::string folder = std::filesystem::absolute(uploads_).lexically_normal().string() + "/";
  const bool ours =
      image.path.starts_with(folder) && image.path.find('/', folder.size()) == std::string::npos;
  const bool deleted = ours && ::unlink(image.path.c_str()) == 0;
  JsonWriter json;
  json.object()
      .member("id", image.id)
      .member("image", image.path)
      .member("file_deleted", deleted)
      .end();
  return json_response(json.str());
}

}  // namespace loci::internal
