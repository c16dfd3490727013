// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/timemachine/drive.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"

#include <array>
#include <cmath>
#include <mutex>
#ifdef LOCI_HAVE_EMBREE
#include "sensor.h"
#endif
#include "route.h"
#include "shots.h"

namespace loci {
namespace {

constexpr double kSpeed = 8;  // metres a second
constexpr double kPi = 3.14159265358979;
constexpr double kStartHour = 9, kLastHour = 23.9;
constexpr double kSameTraffic = 60;  // seconds

Status validate(const SimulateOptions& town, const DriveOptions& drive) {
  LOCI_RETURN_IF_ERROR(town.validate());
  if (!(drive.frame_step_m >= 0.05 && drive.frame_step_m <= 50)) {
    return invalid_argument(
        format("frame_step_m is %g; 0.05 to 50 are possible", drive.frame_step_m));
  }
  const double frames = drive.drive_m / drive.frame_step_m;
  if (!(frames >= 1 && frames <= 1e6)) {
    return invalid_argument(format(
        "a drive of %g m has %.0f frames; 1 to 1,000,000 are possible", drive.drive_m, frames));
  }
  if (!(drive.drive_hours >= 0 && drive.drive_hours <= kLastHour - kStartHour)) {
    return invalid_argument(format(
        "drive_hours is %g; 0 to %g are possible", drive.drive_hours, kLastHour - kStartHour));
  }
  return {};
}

}  // namespace

#ifdef LOCI_HAVE_EMBREE
namespace {

struct DriveFrame {
  double stamp_s;
  town::Visit visit;
  CameraPose camera;
  std::string path() const { return format("images/%014.6f.jpg", stamp_s); }
};

std::vector<DriveFrame> frames_of(const town::TownPlan& plan,
                                  const SimulateOptions& town,
                                  const DriveOptions& drive) {
  const auto route = town::random_route(plan, drive.drive_m, drive.frame_step_m);
  std::vector<DriveFrame> frames;
  Rng rng(town.seed, "drive");
  town::Visit day{.year = town.first_year, .month = 6, .weather = town::Weather::kFair};
  day.month = static_cast<int>(rng.below(7)) + 4;
  day.day = static_cast<int>(rng.below(28)) + 1;
  for (size_t i = 0; i < route.size(); ++i) {
    DriveFrame frame;
    frame.stamp_s = static_cast<double>(i) * drive.frame_step_m / kSpeed;
    frame.visit = day;
    const double share = static_cast<double>(i) / static_cast<double>(route.size());
    const double hours = drive.drive_hours > 0 ? drive.drive_hours * share : frame.stamp_s / 3600;
    frame.visit.hour = static_cast<float>(std::min(kStartHour + hours, kLastHour));
    const auto minute = static_cast<uint64_t>(frame.stamp_s / kSameTraffic);
    frame.visit.seed = static_cast<uint32_t>(Rng(town.seed + minute, "traffic").next());
    const town::Waypoint& at = route[i];
    frame.camera.east_m = static_cast<double>(at.position.x) + 0.15 * rng.normal();
    frame.camera.north_m = static_cast<double>(at.position.y) + 0.15 * rng.normal();
    frame.camera.height_m = 1.7;
    frame.camera.heading_deg =
        std::atan2(static_cast<double>(at.ahead.x), static_cast<double>(at.ahead.y)) * 180 / kPi +
        0.7 * rng.normal();
    frame.camera.pitch_deg = 4 + 0.4 * rng.normal();
    frame.camera.roll_deg = 0.3 * rng.normal();
    frame.camera.width = town.width;
    frame.camera.height = town.height;
    frame.camera.focal_px = town.width * 0.5 / std::tan(0.5 * 80 * kPi / 180);
    frames.push_back(frame);
  }
  return frames;
}

/// Of the rotation from the camera (x right, y down, z ahead) to the world (east, north, up).
std::array<double, 4> quaternion_of(const CameraPose& c) {
  const double yaw = c.heading_deg * kPi / 180, pitch = c.pitch_deg * kPi / 180,
               roll = c.roll_deg * kPi / 180;
  using Q = std::array<double, 4>;  // x y z w
  const auto about = [](double x, double y, double z, double angle) {
    const double s = std::sin(angle / 2);
    return Q{x * s, y * s, z * s, std::cos(angle / 2)};
  };
  const auto times = [](const Q& a, const Q& b) {
    return Q{a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
             a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
             a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
             a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2]};
  };
  // Looking north with the picture upright is a turn of -90 degrees about east.
  const Q north = about(1, 0, 0, -kPi / 2);
  const Q turned = times(about(0, 0, 1, -yaw), times(about(1, 0, 0, pitch), north));
  return times(turned, about(0, 0, 1, roll));
}

Status take(town::Town& town,
            const std::string& folder,
            const DriveFrame& shot,
            int quality,
            const JobControl& job) {
  const town::Frame frame = town.frame(shot.visit, shot.camera);
  LOCI_TRY(rendering, town::render(frame, shot.camera, job));
  return save_jpeg(folder + "/" + shot.path(),
                   town::develop(std::move(rendering), shot.visit, frame.sky),
                   quality);
}

}  // namespace

Result<DriveReport> simulate_drive(const std::string& folder,
                                   const SimulateOptions& options,
                                   const DriveOptions& drive,
                                   const JobControl& job) {
  LOCI_RETURN_IF_ERROR(validate(options, drive));
  const Stopwatch watch;
  LOCI_TRY(town,
           town::Town::create(town::make_plan(town::plan_options(options)),
                              options.first_year,
                              options.first_year + 1));
  const std::vector<DriveFrame> frames = frames_of(town->plan(), options, drive);
  LOCI_RETURN_IF_ERROR(make_folders(folder + "/images"));
  const auto count = std::ssize(frames);
  std::mutex mutex;
  int64_t done = 0;
  Status failure;
  parallel_for(count, 1, options.threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (job.cancelled()) return;
      const Status status =
          take(*town, folder, frames[static_cast<size_t>(i)], options.quality, job);
      const std::lock_guard lock(mutex);
      if (!status.ok() && failure.ok()) failure = status;
      job.progress("driving", ++done, count);
    }
  });
  LOCI_RETURN_IF_ERROR(failure);
  if (job.cancelled()) return cancelled(folder + ": stopped on request; the drive is incomplete");
  std::string text = "# time x y z qx qy qz qw: metres, camera to east north up\n";
  for (const DriveFrame& frame : frames) {
    const auto q = quaternion_of(frame.camera);
    text += format("%.6f %.3f %.3f %.3f %.7f %.7f %.7f %.7f\n",
                   frame.stamp_s,
                   frame.camera.east_m,
                   frame.camera.north_m,
                   frame.camera.height_m,
                   q[0],
                   q[1],
                   q[2],
                   q[3]);
  }
  LOCI_RETURN_IF_ERROR(write_file(folder + "/trajectory.txt", std::string_view(text)));
  return DriveReport{count, watch.seconds()};
}

#else

Result<DriveReport> simulate_drive(const std::string&,
                                   const SimulateOptions& options,
                                   const DriveOptions& drive,
                                   const JobControl&) {
  LOCI_RETURN_IF_ERROR(validate(options, drive));
  return unsupported(
      "this build of loci cannot simulate towns: install Embree 3 (Debian: libembree-dev) and "
      "build with LOCI_WITH_EMBREE=ON");
}

#endif

}  // namespace loci
