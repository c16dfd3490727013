// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/timemachine/simulate.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <mutex>
#ifdef LOCI_HAVE_EMBREE
#include "sensor.h"
#endif
#include "pairs.h"
#include "shots.h"

namespace loci {

Status SimulateOptions::validate() const {
  if (num_places < 1 || num_places > 1'000'000)
    return invalid_argument(format("num_places is %d; 1 to 1000000 are possible", num_places));
  if (num_times < 1 || num_times > 60)
    return invalid_argument(format("num_times is %d; 1 to 60 are possible", num_times));
  if (width < 16 || height < 16 || width > 8192 || height > 8192) {
    return invalid_argument(
        format("pictures of %d x %d; both sides must be 16 to 8192 pixels", width, height));
  }
  if (!(spacing_m >= 2 && spacing_m <= 60))
    return invalid_argument(format("spacing_m is %g; 2 to 60 are possible", spacing_m));
  if (first_year < 1990 || first_year > 2100)
    return invalid_argument(format("first_year is %d; 1990 to 2100 are possible", first_year));
  if (quality < 1 || quality > 100)
    return invalid_argument(format("quality is %d; JPEG knows 1 to 100", quality));
  if (correspondences && !depth)
    return invalid_argument("correspondences need depth pictures; ask for depth as well");
  if (threads < 0) return invalid_argument("threads is negative; 0 means all processors");
  return {};
}

std::string SimulateReport::to_json() const {
  JsonWriter j;
  j.object()
      .member("images", images)
      .member("database", database)
      .member("queries", queries)
      .member("seconds", seconds)
      .end();
  return j.str();
}

#ifdef LOCI_HAVE_EMBREE
namespace {

Status make_image_folders(const std::string& folder, const SimulateOptions& options) {
  std::vector<int> splits{0};
  if (options.splits) splits = {0, 1, 2};
  for (int split : splits) {
    for (const char* role : {"database", "queries"}) {
      const std::string below = std::string(town::split_name(split)) + "/" + role;
      LOCI_RETURN_IF_ERROR(make_folders(folder + "/images/" + below));
      if (options.depth) LOCI_RETURN_IF_ERROR(make_folders(folder + "/depth/" + below));
    }
  }
  return {};
}

Status take(town::Town& place,
            const std::string& folder,
            const town::Shot& shot,
            const SimulateOptions& options,
            const JobControl& job) {
  const town::Frame frame = place.frame(shot.visit, shot.camera);
  LOCI_TRY(rendering, town::render(frame, shot.camera, job));
  if (options.depth) {
    const std::string path = folder + "/" + town::depth_path(town::image_path(shot));
    LOCI_RETURN_IF_ERROR(
        town::write_depth(path, rendering.width, rendering.height, rendering.depth));
  }
  return town::write_image(
      folder, shot, town::develop(std::move(rendering), shot.visit, frame.sky), options.quality);
}

}  // namespace

Result<SimulateReport> simulate_town(const std::string& folder,
                                     const SimulateOptions& options,
                                     const JobControl& job) {
  LOCI_RETURN_IF_ERROR(options.validate());
  const Stopwatch watch;
  LOCI_TRY(town,
           town::Town::create(town::make_plan(town::plan_options(options)),
                              options.first_year,
                              town::last_year(options)));
  const std::vector<town::Shot> shots = town::list_shots(town->plan(), options);
  LOCI_RETURN_IF_ERROR(make_image_folders(folder, options));
  const auto count = static_cast<int64_t>(shots.size());
  std::mutex mutex;
  int64_t done = 0, failed_at = count;
  Status failure;
  parallel_for(count, 1, options.threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (job.cancelled()) return;
      const Status status = take(*town, folder, shots[static_cast<size_t>(i)], options, job);
      if (status.code() == Code::kCancelled) return;
      std::lock_guard lock(mutex);
      if (!status.ok() && i < failed_at) {
        failed_at = i;
        failure = status;
      }
      job.progress("photographing", ++done, count);
    }
  });
  if (job.cancelled())
    return cancelled(format("%s: stopped after %lld of %lld pictures",
                            folder.c_str(),
                            static_cast<long long>(done),
                            static_cast<long long>(count)));
  if (!failure.ok()) return failure;
  SimulateReport report;
  std::string poses = town::pose_header();
  for (const town::Shot& s : shots) {
    poses += town::pose_row(s, town::image_path(s));
    ++(s.query ? report.queries : report.database);
  }
  LOCI_RETURN_IF_ERROR(write_file(folder + "/poses.csv", std::string_view(poses)));
  if (options.correspondences)
    LOCI_RETURN_IF_ERROR(town::write_correspondences(folder, options.threads));
  report.images = count;
  report.seconds = watch.seconds();
  return report;
}

#else

Result<SimulateReport> simulate_town(const std::string&,
                                     const SimulateOptions& options,
                                     const JobControl&) {
  LOCI_RETURN_IF_ERROR(options.validate());
  return unsupported(
      "this build of loci cannot simulate towns: install Embree 3 (Debian: libembree-dev) and "
      "build with LOCI_WITH_EMBREE=ON");
}

#endif

}  // namespace loci
