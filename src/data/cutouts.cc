// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/cutouts.h"

#include "cutout_names.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/data/photos.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/exif.h"
#include "loci/image/panorama.h"

#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace loci {
namespace {

/// The maps of all pitches, made once for panoramas of one size.
class Maps {
 public:
  Maps(const CutoutOptions& options, std::vector<double> pitches)
      : options_(options), pitches_(std::move(pitches)) {}

  PanoramaView view(size_t pitch) const {
    return {.width = options_.width,
            .height = options_.height,
            .fov_deg = options_.fov_deg,
            .pitch_deg = pitches_[pitch]};
  }
  size_t pitches() const { return pitches_.size(); }

  using Shared = std::shared_ptr<const std::vector<ViewMap>>;
  Result<Shared> of(const Panorama& panorama) {
    std::lock_guard lock(mutex_);
    if (maps_ && maps_->front().panorama_width == panorama.width &&
        maps_->front().panorama_height == panorama.height)
      return maps_;
    std::vector<ViewMap> made;
    for (size_t i = 0; i < pitches_.size(); ++i) {
      LOCI_TRY(map, make_view_map(panorama, view(i)));
      made.push_back(std::move(map));
    }
    maps_ = std::make_shared<const std::vector<ViewMap>>(std::move(made));
    return maps_;
  }

 private:
  const CutoutOptions& options_;
  const std::vector<double> pitches_;
  std::mutex mutex_;
  Shared maps_;
};

struct Source {
  std::string path;
  std::string name;  ///< for the views' names, unlike any other's
};

std::string base_name(const std::string& path) {
  const std::string base = path.substr(path.find_last_of('/') + 1);
  const size_t dot = base.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? base : base.substr(0, dot);
}

/// Names for the views, unlike those of other panoramas in this run and in earlier ones into the same folder.
std::vector<Source> name_sources(const std::vector<std::string>& paths, CutoutNames& names) {
  std::vector<Source> sources;
  for (const std::string& path : paths) {
    const auto record = parse_at_name(path);
    const std::string stem =
        record.has_value() && !record->group.empty() ? record->group : base_name(path);
    sources.push_back({path, names.name_of(path, stem)});
  }
  return sources;
}

/// Position, time and heading by the file's name, what that lacks by EXIF.
ImageRecord what_is_known(const Source& source, const PhotoInfo& photo) {
  ImageRecord record = parse_at_name(source.path).value_or(ImageRecord{});
  record.group = source.name;
  if (!record.utm.has_value()) record.position = photo.position;
  if (!record.time.has_value()) record.time = photo.taken;
  if (!record.heading_deg.has_value()) record.heading_deg = photo.heading_deg;
  complete_position(&record);
  return record;
}

class Cutter {
 public:
  Cutter(const std::string& folder, const CutoutOptions& options, std::vector<double> pitches)
      : folder_(folder), options_(options), maps_(options, std::move(pitches)) {}

  Status cut(const Source& source) {
    LOCI_TRY(bytes, read_file(source.path));
    LOCI_TRY(image, decode_image(bytes, source.path));
    const PhotoInfo photo = complete_info(source.path, read_photo_info(bytes));
    auto made = Panorama::create(image, maps_.view(0).pixel_deg(), options_.vertical_deg);
    if (!made.ok()) return {made.status().code(), source.path + ": " + made.status().message()};
    const Panorama panorama = std::move(made).value();
    image = {};
    LOCI_TRY(maps, maps_.of(panorama));
    const ImageRecord record = what_is_known(source, photo);
    const double middle =
        options_.heading_deg >= 0 ? options_.heading_deg : record.heading_deg.value_or(0);
    const auto count = static_cast<int64_t>(maps->size()) * options_.yaws;
    std::mutex mutex;
    Status failure;
    parallel_for(count, 1, options_.threads, [&](int64_t begin, int64_t end) {
      for (int64_t tile = begin; tile < end; ++tile) {
        const auto pitch = static_cast<size_t>(tile / options_.yaws);
        const int k = static_cast<int>(tile % options_.yaws);
        const double yaw = 360.0 * k / options_.yaws;
        const Image view = cut_view(panorama, (*maps)[pitch], yaw);
        const Status status =
            write(record, photo, static_cast<int>(tile), pitch, k, middle + yaw, view);
        std::lock_guard lock(mutex);
        if (!status.ok()) failure = status;
      }
    });
    if (!failure.ok()) return failure;
    views += count;
    without_position += record.utm.has_value() ? 0 : 1;
    without_heading += options_.heading_deg < 0 && !record.heading_deg.has_value() ? 1 : 0;
    return {};
  }

  std::atomic<int64_t> views{0}, without_position{0}, without_heading{0};

 private:
  Status write(ImageRecord record,
               const PhotoInfo& photo,
               int tile,
               size_t pitch,
               int yaw,
               double heading,
               const Image& view) {
    record.heading_deg = std::fmod(heading, 360.0);
    const std::string name =
        record.utm.has_value()
            ? make_at_name(record, tile, maps_.view(pitch).pitch_deg)
            : format("%s_pitch%zu_yaw%d.jpg", record.group.c_str(), pitch + 1, yaw + 1);
    const PhotoInfo info{.orientation = 1,
                         .position = record.position,
                         .altitude_m = photo.altitude_m,
                         .heading_deg = record.heading_deg,
                         .taken = record.time};
    return save_jpeg(folder_ + "/" + name, view, options_.quality, &info);
  }

  const std::string& folder_;
  const CutoutOptions& options_;
  Maps maps_;
};

}  // namespace

Result<std::vector<double>> CutoutOptions::validate() const {
  if (yaws < 1 || yaws > 360)
    return invalid_argument(format("yaws is %d; 1 to 360 are possible", yaws));
  std::vector<double> pitches;
  for (const std::string& text : split(pitches_deg, ',')) {
    const auto pitch = parse_double(trim(text));
    if (!pitch.has_value() || !(*pitch >= -90 && *pitch <= 90)) {
      return invalid_argument("pitches_deg is '" + printable(pitches_deg) +
                              "'; expected numbers from -90 to 90 separated by commas");
    }
    pitches.push_back(*pitch);
  }
  if (pitches.size() > 90) return invalid_argument("more than 90 pitches");
  if (!(fov_deg >= 1 && fov_deg <= 170))
    return invalid_argument(format("fov_deg is %g; 1 to 170 are possible", fov_deg));
  if (width < 16 || height < 16 || width > 8192 || height > 8192) {
    return invalid_argument(
        format("views of %d x %d; both sides must be 16 to 8192 pixels", width, height));
  }
  if (!(heading_deg == -1 || (heading_deg >= 0 && heading_deg <= 360)))
    return invalid_argument(format("heading_deg is %g; 0 to 360 or -1", heading_deg));
  if (!(vertical_deg >= 1 && vertical_deg <= 180))
    return invalid_argument(format("vertical_deg is %g; 1 to 180 are possible", vertical_deg));
  if (quality < 1 || quality > 100)
    return invalid_argument(format("quality is %d; JPEG knows 1 to 100", quality));
  if (threads < 0) return invalid_argument("threads is negative; 0 means all processors");
  return pitches;
}

std::string CutoutReport::to_json() const {
  JsonWriter json;
  json.object()
      .member("panoramas", panoramas)
      .member("views", views)
      .member("without_position", without_position)
      .member("without_heading", without_heading)
      .key("failed")
      .array();
  for (const CutoutFailure& f : failed)
    json.object().member("image", f.image).member("error", f.error).end();
  json.end().member("seconds", seconds).end();
  return json.str();
}

Result<CutoutReport> cut_panoramas(const std::vector<std::string>& panoramas,
                                   const std::string& folder,
                                   const CutoutOptions& options,
                                   const JobControl& job) {
  LOCI_TRY(pitches, options.validate());
  LOCI_RETURN_IF_ERROR(make_folders(folder));
  const Stopwatch watch;
  LOCI_TRY(names, CutoutNames::read(folder));
  const std::vector<Source> sources = name_sources(panoramas, names);
  LOCI_RETURN_IF_ERROR(names.write());
  const auto count = static_cast<int64_t>(sources.size());
  Cutter cutter(folder, options, std::move(pitches));
  std::vector<Status> status(sources.size());
  std::mutex mutex;
  int64_t done = 0;
  // Few panoramas share the processors view by view instead.
  const int threads = resolve_threads(options.threads);
  parallel_for(count, 1, count < 2 * threads ? 1 : threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (job.cancelled()) return;
      status[static_cast<size_t>(i)] = cutter.cut(sources[static_cast<size_t>(i)]);
      std::lock_guard lock(mutex);
      job.progress("cutting", ++done, count);
    }
  });
  if (job.cancelled()) {
    return cancelled(format("%s: stopped after %lld of %lld panoramas",
                            folder.c_str(),
                            static_cast<long long>(done),
                            static_cast<long long>(count)));
  }
  CutoutReport report;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (status[i].ok())
      ++report.panoramas;
    else
      report.failed.push_back({sources[i].path, status[i].message()});
  }
  report.views = cutter.views;
  report.without_position = cutter.without_position;
  report.without_heading = cutter.without_heading;
  report.seconds = watch.seconds();
  return report;
}

}  // namespace loci
