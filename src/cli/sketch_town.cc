// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sketch_town.h"

#include "loci/base/file.h"
#include "loci/base/geo.h"
#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <atomic>
#include <mutex>

namespace loci::cli {
namespace {

constexpr double kSpacing_m = 60;
constexpr int kPlacesInARow = 20;

struct Visit {
  std::string name;
  PhotoInfo info;
};

Result<Visit> plan_visit(const SketchTown& town, int place, int time) {
  Rng rng(town.seed, static_cast<uint64_t>(place) * 1000 + static_cast<uint64_t>(time));
  const int64_t taken = civil_seconds(2015 + time * 2,
                                      1 + static_cast<int>(rng.below(12)),
                                      1 + static_cast<int>(rng.below(28)),
                                      8 + static_cast<int>(rng.below(11)),
                                      static_cast<int>(rng.below(60)));
  const Utm utm{.east_m = 500000 + kSpacing_m * (place % kPlacesInARow) + rng.uniform(-3, 3),
                .north_m = 5'300'000 + kSpacing_m * (place / kPlacesInARow) + rng.uniform(-3, 3),
                .zone = 32,
                .band = 'U'};
  LOCI_TRY(position, to_lat_lon(utm));
  std::string stamp;
  for (const char c : iso_time(taken)) {
    if (c == 'T') stamp += '_';
    if (c >= '0' && c <= '9') stamp += c;
  }
  Visit visit;
  visit.info = {.position = position, .taken = taken};
  visit.name = format("@%010.2f@%010.2f@32@U@%09.5f@%010.5f@place%04d@@@@@@%s@sketch@.jpg",
                      utm.east_m,
                      utm.north_m,
                      position.lat,
                      position.lon,
                      place,
                      stamp.c_str());
  return visit;
}

}  // namespace

Result<int64_t> draw_sketch_town(const std::string& folder,
                                 const SketchTown& town,
                                 const JobControl& job) {
  if (town.num_places < 1 || town.num_times < 2) {
    return invalid_argument(
        "a town needs at least 1 place and 2 times (the last one asks, the others answer)");
  }
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/database"));
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/queries"));
  const int64_t images = int64_t{town.num_places} * town.num_times;
  std::mutex mutex;
  Status failure;
  int64_t done = 0;
  parallel_for(images, 1, town.num_threads, [&](int64_t i, int64_t) {
    if (job.cancelled()) return;
    const auto place = static_cast<int>(i / town.num_times),
               time = static_cast<int>(i % town.num_times);
    const auto draw = [&]() -> Status {
      LOCI_TRY(visit, plan_visit(town, place, time));
      const Image image = sketch_place(town.seed * 100'003 + static_cast<uint64_t>(place),
                                       static_cast<uint64_t>(time),
                                       town.width,
                                       town.height);
      const char* part = time + 1 == town.num_times ? "/queries/" : "/database/";
      return save_jpeg(folder + part + visit.name, image, 90, &visit.info);
    };
    const Status status = draw();
    const std::lock_guard lock(mutex);
    if (!status.ok() && failure.ok()) failure = status;
    job.progress("drawing", ++done, images);
  });
  if (!failure.ok()) return failure;
  if (job.cancelled())
    return cancelled("stopped on request; the photographs drawn so far are kept");
  return images;
}

}  // namespace loci::cli
